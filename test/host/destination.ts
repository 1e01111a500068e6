import type { DestinationConfig } from '../../src/index';
import { DEFINITION_CONFIG } from './definition-config';

/** A destination as the host sends it to a transformer, with Go's field names. */
export interface DestinationObject {
  readonly ID: string;
  readonly Name: string;
  readonly DestinationDefinition: {
    readonly ID: string;
    readonly Name: string;
    readonly DisplayName: string;
    readonly Config: Readonly<Record<string, unknown>>;
  };
  readonly Config: DestinationConfig;
  readonly Enabled: boolean;
  readonly WorkspaceID: string;
  readonly Transformations: readonly unknown[];
  readonly IsProcessorEnabled: boolean;
  readonly RevisionID: string;
  readonly hasDynamicConfig: boolean;
  readonly version?: number;
}

/** A destination of this kind with the configuration that a customer gave it. */
export function gainsightDestination(
  config: DestinationConfig,
  changes: Partial<DestinationObject> = {},
): DestinationObject {
  return {
    ID: 'dest-1',
    Name: 'Gainsight PX',
    DestinationDefinition: {
      ID: 'def-gainsight-px',
      Name: 'GAINSIGHT_PX',
      DisplayName: 'Gainsight PX',
      Config: DEFINITION_CONFIG,
    },
    Config: config,
    Enabled: true,
    WorkspaceID: 'ws-1',
    Transformations: [],
    IsProcessorEnabled: true,
    RevisionID: '',
    hasDynamicConfig: false,
    ...changes,
  };
}

/** The path segment that names this kind of destination. */
export const DEST_TYPE = 'gainsight_px';
/** Its name in features, definitions and tags. */
export const DEST_NAME = 'GAINSIGHT_PX';
