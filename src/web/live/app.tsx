import { EventList } from './event-list.js';
import { FilterForm } from './filter-form.js';
import type { LiveState } from './live-state.js';
import { Now } from './now.js';
import { TokenForm } from './token-form.js';
import { useFeed } from './use-feed.js';

/** The live page: what the service does now, and its last events. */
export function App() {
  const { feed, state } = useFeed();
  const { connection, isPaused, events, answer, now, lags } = state;
  return (
    <main>
      <header>
        <h1>Live events to Gainsight PX</h1>
        <button
          type="button"
          aria-pressed={isPaused}
          disabled={connection.state === 'locked'}
          onClick={() => {
            feed.setPaused(!isPaused);
          }}
        >
          {isPaused ? 'Continue' : 'Pause'}
        </button>
      </header>
      <p class={`state ${connection.state}`} role="status">
        {stateText(state)}
      </p>
      {connection.state === 'locked' ? (
        <TokenForm
          wasRefused={connection.wasRefused}
          onToken={(token) => {
            feed.setToken(token);
          }}
        />
      ) : (
        <>
          {now !== undefined && <Now now={now} lags={lags} />}
          <FilterForm
            filters={state.filters}
            onFilters={(filters) => {
              feed.setFilters(filters);
            }}
          />
          {answer !== undefined && <EventList events={events} filters={state.filters} answer={answer} />}
        </>
      )}
    </main>
  );
}

/** One sentence, which changes only when something happens that a reader must know. */
function stateText({ connection, isPaused }: LiveState): string {
  switch (connection.state) {
    case 'connecting':
      return 'Connecting …';
    case 'lost':
      return `The connection is lost: ${connection.why}. What you see is from before. The page tries again by itself.`;
    case 'refused':
      return `The service does not show its events here: ${connection.why}.`;
    case 'locked':
      return connection.wasRefused
        ? 'The service does not take this token.'
        : 'The service asks for a token.';
    case 'open':
      return isPaused ? 'Paused: new events come when you continue.' : 'Connected.';
  }
}
