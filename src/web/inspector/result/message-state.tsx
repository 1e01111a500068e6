import type { DestinationError } from '../../../core/index.js';
import {
  skipReasonText,
  type DestinationConfig,
  type SkipReason,
} from '../../../destinations/gainsight_px/index.js';
import type { Place } from '../highlight.js';
import { errorRemedies, skipRemedies } from '../remedies/message-remedies.js';
import { litBy, type Lighting } from './lighting.js';
import { RemedyList } from './remedy-list.js';

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
  lighting,
  onConfig,
}: Props & { readonly error: DestinationError; readonly lighting: Lighting }) {
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
    </section>
  );
}
