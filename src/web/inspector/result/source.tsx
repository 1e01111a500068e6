import type { ExplainedField } from '../../../destinations/gainsight_px/index.js';
import { sourceOf } from '../places.js';

/** Where a value comes from, in words. */
export function Source({ field }: { readonly field: ExplainedField }) {
  const source = sourceOf(field);
  if (source.in === 'constant') return <small>always</small>;
  if (source.in === 'config') return <small>from the configuration: {source.path}</small>;
  return (
    <small>
      from {source.path}
      {source.isDefault ? ', as a default' : ''}
    </small>
  );
}
