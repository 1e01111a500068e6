import { useState } from 'preact/hooks';
import type { LiveAnswer, LiveEvent } from '../data/live.js';
import { count, countOf, duration } from '../parts/quantities.js';
import { EventDetails } from './event-details.js';
import type { Filters } from './live-state.js';
import { answerText, eventTitle, RESULTS, timeOfDay, whom } from './words.js';

interface EventListProps {
  readonly events: readonly LiveEvent[];
  readonly filters: Filters;
  readonly answer: Pick<LiveAnswer, 'kept' | 'bound' | 'left'>;
}

const COLUMNS = ['event', 'time', 'user, account', 'code', 'requests', 'took'];

/** The last events, the newest first. One of them is open at a time. The roles hold where styles take the table apart, on narrow screens. */
export function EventList({ events, filters, answer: { kept, bound, left } }: EventListProps) {
  const [openId, setOpenId] = useState<string>();
  const isFiltered = Object.values(filters).some((text) => text.trim() !== '');
  const which = isFiltered
    ? `${countOf(events.length, 'event')} of ${count(kept)} match`
    : countOf(events.length, 'event');
  return (
    <section aria-labelledby="events">
      <h2 id="events">Events</h2>
      <p class="soft">
        {which}, the newest first. The service keeps {count(bound)} at most.
        {left > 0 && ` ${count(left)} older ones are not shown: filter to see them.`}
      </p>
      {events.length === 0 ? (
        <p>{isFiltered ? 'No event matches these filters.' : 'No event has come yet.'}</p>
      ) : (
        <table class="events" role="table">
          <thead role="rowgroup">
            <tr role="row">
              {COLUMNS.map((head) => (
                <th key={head} role="columnheader" scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" onKeyDown={moveFocus}>
            {events.map((event) => (
              <Row
                key={event.id}
                event={event}
                isOpen={event.id === openId}
                onToggle={() => {
                  setOpenId(event.id === openId ? undefined : event.id);
                }}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface RowProps {
  readonly event: LiveEvent;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Row({ event, isOpen, onToggle }: RowProps) {
  const { id, atMs, code, result, requests, durationMs } = event;
  const [sign, words] = RESULTS[result];
  const details = `details-${id}`;
  return (
    <>
      <tr role="row" class={`event ${result}`}>
        <th role="rowheader" scope="row">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={isOpen ? details : undefined}
            onClick={onToggle}
          >
            {eventTitle(event)}
          </button>
        </th>
        <td role="cell">
          <time dateTime={new Date(atMs).toISOString()}>{timeOfDay(atMs)}</time>
        </td>
        <td role="cell">{whom(event)}</td>
        <td role="cell" class="code" title={words}>
          <span aria-hidden="true">{sign} </span>
          {code}
        </td>
        <td role="cell">{requests.map(answerText).join(', ')}</td>
        <td role="cell">{duration(durationMs)}</td>
      </tr>
      {isOpen && (
        <tr role="row" class="details" id={details}>
          <td role="cell" colSpan={COLUMNS.length}>
            <EventDetails event={event} />
          </td>
        </tr>
      )}
    </>
  );
}

/** The arrow keys move between the events. */
function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('.event button')];
  const at = buttons.indexOf(event.target as HTMLElement);
  if (step === undefined || at === -1) return;
  event.preventDefault();
  buttons[at + step]?.focus();
}
