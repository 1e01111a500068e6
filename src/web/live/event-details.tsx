import { useEffect, useState } from 'preact/hooks';
import type { LiveEvent, LiveRequest, LiveStep, LiveUnsent } from '../data/live.js';
import { encodeLink } from '../data/link.js';
import { count, countOf, duration } from '../parts/quantities.js';
import { answerText, RESULTS, ROUTES } from './words.js';

/** One event: what became of it, its requests with PX's answers, its message and configuration. */
export function EventDetails({ event }: { readonly event: LiveEvent }) {
  const { result, error, route, destinationId, lagMs, steps, requests, message, config } = event;
  const facts = [
    `came as ${ROUTES[route]}`,
    ...(destinationId === undefined ? [] : [`destination ${destinationId}`]),
    ...(lagMs === undefined ? [] : [`${duration(lagMs)} after its host received it`]),
  ];
  return (
    <div class="detail">
      <p>
        <b>{RESULTS[result][1]}</b>
        {error !== undefined && `: ${error.message}`}
      </p>
      <p class="soft">{facts.join('; ')}</p>
      <InspectorLink event={event} />
      {steps.length > 0 ? (
        <ol class="steps">
          {steps.map((step) => (
            <Step
              key={step.id}
              step={step}
              requests={requests.filter((request) => request.step === step.id)}
            />
          ))}
        </ol>
      ) : (
        <p>It has no plan, so there was nothing to send.</p>
      )}
      <Unsent event={event} />
      {message !== undefined && <Json title="Message" value={message} />}
      {config !== undefined && <Json title="Configuration" value={config} />}
    </div>
  );
}

/** Why less was sent than the plan has. */
function Unsent({ event: { steps, requests, result, unsent } }: { readonly event: LiveEvent }) {
  if (unsent !== undefined) return <p>Not sent: {unsentText(unsent)}.</p>;
  if (steps.length === 0 || requests.length > 0) return null;
  return (
    <p>
      {result === 'delivered'
        ? 'Nothing was sent: it was delivered before.'
        : 'Nothing was sent in this call.'}
    </p>
  );
}

/** `3 fields whose values PX holds already; 1 field that a newer event wrote` */
function unsentText({ unchangedFields, staleFields }: LiveUnsent): string {
  const values = unchangedFields === 1 ? 'value' : 'values';
  return [
    ...(unchangedFields > 0 ? [`${countOf(unchangedFields, 'field')} whose ${values} PX holds already`] : []),
    ...(staleFields > 0 ? [`${countOf(staleFields, 'field')} that a newer event wrote`] : []),
  ].join('; ');
}

/** A step of the plan, with its attempts in this call. */
function Step({ step, requests }: { readonly step: LiveStep; readonly requests: readonly LiveRequest[] }) {
  const { id, method, path, body } = step;
  return (
    <li>
      <code>
        {method} {path}
      </code>{' '}
      <span class="soft">{id}</span>
      {requests.length === 0 ? (
        <p class="soft">not sent</p>
      ) : (
        <ul>
          {requests.map((request, index) => (
            <li key={index}>{attemptText(request)}</li>
          ))}
        </ul>
      )}
      {body !== undefined && <Json title="Body" value={body} />}
    </li>
  );
}

/** `PUT 404 (notFound) in 31 ms, after 2 ms for the rate limit` */
function attemptText(request: LiveRequest): string {
  const { verdict, durationMs, waitedMs, retryAfterMs } = request;
  return [
    `${answerText(request)} (${verdict}) in ${duration(durationMs)}`,
    ...(waitedMs >= 1 ? [`after ${duration(waitedMs)} for the rate limit`] : []),
    ...(retryAfterMs === undefined ? [] : [`PX asks to wait ${duration(retryAfterMs)}`]),
  ].join(', ');
}

function Json({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <details>
      <summary>{title}</summary>
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}

/** Opens the event in the inspector of this service; says why where that is not possible. */
function InspectorLink({
  event: { message, config, route, messageTooLargeBytes },
}: {
  readonly event: LiveEvent;
}) {
  const [fragment, setFragment] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    if (message !== undefined) {
      void encodeLink({ event: message, config: config ?? {} }).then((link) => {
        if (isCurrent) setFragment(link.fragment);
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [message, config]);
  if (message === undefined) {
    const why =
      messageTooLargeBytes !== undefined
        ? `the message has ${count(messageTooLargeBytes)} bytes, which is too large to keep`
        : route === 'proxy'
          ? 'the delivery proxy gets the plan without the message'
          : 'the message was not kept';
    return <p class="soft">The inspector cannot open it: {why}.</p>;
  }
  return (
    <p>
      {fragment !== undefined && (
        <a href={`inspect${fragment}`} target="_blank" rel="noreferrer">
          Open in the inspector
        </a>
      )}
    </p>
  );
}
