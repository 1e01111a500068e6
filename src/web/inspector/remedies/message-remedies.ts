import { isObject, type DestinationError } from '../../../core/index.js';
import {
  explain,
  integrationOf,
  skipReason,
  type DestinationConfig,
  type SkipReason,
} from '../../../destinations/gainsight_px/index.js';
import { withPlaceholder } from '../inspection.js';
import { ERROR_ADVICE } from './advice.js';
import type { Change, Remedy } from './remedy.js';

/** What makes a message that cannot be mapped one that can. */
export function errorRemedies(
  { code, issues }: DestinationError,
  message: unknown,
  config: DestinationConfig,
): readonly Remedy[] {
  const found: Change[] = [];
  if (code === 'type_unsupported') found.push(pageEvents(config));
  if (code === 'id_missing') {
    found.push({
      label: 'Set missingUserOnGroup to "skip"',
      detail: 'Then a group message without a user writes its account, and links nobody.',
      next: { ...config, missingUserOnGroup: 'skip' },
    });
  }
  const works = found.filter(
    ({ next }) => explain(message as never, withPlaceholder(next)).plan !== undefined,
  );
  const text = ERROR_ADVICE[code] ?? issues[0]?.message ?? 'Correct the event.';
  return [...works.map((change) => ({ kind: 'change', ...change }) as const), { kind: 'event', text }];
}

function pageEvents(config: DestinationConfig): Change {
  return {
    label: 'Set pageEvents to true',
    detail: 'Then page and screen messages become the custom events Page Viewed and Screen Viewed.',
    next: { ...config, pageEvents: true },
  };
}

/** What makes a message that is skipped one that is sent. */
export function skipRemedies(
  reason: SkipReason,
  message: unknown,
  config: DestinationConfig,
): readonly Remedy[] {
  if (reason === 'switched_off') {
    const text = `${offNames(message).join(' and ')} in the message: change it there, or do nothing.`;
    return [{ kind: 'event', text }];
  }
  const change = pageEvents(config);
  const advice: Remedy = {
    kind: 'event',
    text: 'PX has no call for messages of this type. Filter them in the source, or do nothing.',
  };
  return skipReason(message, change.next) === undefined ? [{ kind: 'change', ...change }, advice] : [advice];
}

/** The entries of `integrations` that switch the destination off. */
function offNames(message: unknown): string[] {
  const integrations = isObject(message) && isObject(message.integrations) ? message.integrations : {};
  return Object.entries(integrations)
    .filter(
      ([name, value]) => integrationOf(name) !== undefined && String(value).trim().toLowerCase() === 'false',
    )
    .map(([name]) => `integrations[${JSON.stringify(name)}] is false`);
}
