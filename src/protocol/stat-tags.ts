import type { DestinationError, ErrorKind, JsonObject } from '../core/index.js';
import { DEFINITION_NAME } from './destination/destination.js';

/** The call of the host in which an error occurred. */
export type Feature = 'router' | 'processor' | 'dataDelivery';

/** Labels of an error for the host's metrics. All values are strings: with any other value the host rejects the whole reply. */
export type StatTags = Readonly<Record<string, string>>;

const CATEGORIES: Readonly<Record<ErrorKind, readonly [category: string, type: string]>> = {
  instrumentation: ['dataValidation', 'instrumentation'],
  configuration: ['dataValidation', 'configuration'],
  aborted: ['network', 'aborted'],
  throttled: ['network', 'throttled'],
  retryable: ['network', 'retryable'],
  bug: ['platform', 'retryable'],
};

/** The tags of an error of one event. The host's reports show `errorCategory` and `errorType` as the error code. */
export function statTags(
  error: DestinationError,
  feature: Feature,
  { destinationId, workspaceId }: JsonObject,
): StatTags {
  const [errorCategory, errorType] = CATEGORIES[error.kind];
  return {
    errorCategory,
    errorType,
    destType: DEFINITION_NAME,
    module: 'destination',
    implementation: 'native',
    feature,
    destinationId: textOf(destinationId),
    workspaceId: textOf(workspaceId),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
