import type { DestinationError } from '../../../core/index.js';
import {
  skipReasonText,
  type DestinationConfig,
  type ExplainedField,
  type SkipReason,
} from '../../../destinations/gainsight_px/index.js';
import type { Place } from '../highlight.js';
import { planPlace } from '../places.js';
import { errorRemedies, skipRemedies } from '../remedies/message-remedies.js';
import { litBy, type Lighting } from './lighting.js';
import { RemedyList } from './remedy-list.js';
import { Source } from './source.js';

interface Props {
  readonly message: unknown;
  readonly config: DestinationConfig;
  readonly onConfig: (next: DestinationConfig) => void;
}

/** Why the commands and the service do not map the message at all. */
export function Skipped({ reason, message, config, onConfig }: Props & { readonly reason: SkipReason }) {
  return (
    <section class="alert">
      <h2>Skipped: {reason}</h2>
      <p>
        The message is {reason === 'switched_off' ? '' : 'skipped: '}
        {skipReasonText(reason, config)}.
      </p>
      <RemedyList found={skipRemedies(reason, message, config)} onConfig={onConfig} />
    </section>
  );
}

/** Why the message cannot be mapped. */
export function Refused({
  error,
  message,
  config,
  fields,
  lighting,
  onConfig,
}: Props & {
  readonly error: DestinationError;
  /** What was read until then. */
  readonly fields: readonly ExplainedField[];
  readonly lighting: Lighting;
}) {
  const { kind, code, issues } = error;
  const place = (path: string): Place => ({ in: kind === 'configuration' ? 'config' : 'event', path });
  return (
    <section class="alert bad-edge">
      <h2>Cannot be mapped: {code}</h2>
      <ul>
        {issues.map((issue) => (
          <li key={issue.path}>
            {issue.path !== '' && (
              <>
                <button type="button" {...litBy(place(issue.path), lighting)}>
                  <code>{issue.path}</code>
                </button>
                :{' '}
              </>
            )}
            {issue.message}
          </li>
        ))}
        {issues.length === 0 && <li>{error.message}</li>}
      </ul>
      <RemedyList found={errorRemedies(error, message, config)} onConfig={onConfig} />
      {fields.length > 0 && (
        <details>
          <summary>What was read before that</summary>
          <ul>
            {fields.map((field) => (
              <li key={`${field.object} ${field.to}`}>
                <button type="button" {...litBy(planPlace(field), lighting)}>
                  <code>
                    {field.object}.{field.to}: {JSON.stringify(field.value)}
                  </code>
                </button>{' '}
                <Source field={field} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
