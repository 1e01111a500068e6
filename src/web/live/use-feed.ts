import { useEffect, useState } from 'preact/hooks';
import { Feed } from './feed.js';
import { BEGINNING, type LiveState } from './live-state.js';

/** The feed of this page, which runs as long as the page is shown. */
export function useFeed(): { readonly feed: Feed; readonly state: LiveState } {
  const [state, setState] = useState(BEGINNING);
  const [feed] = useState(
    () =>
      new Feed({
        fetch: (url, init) => fetch(url, init),
        after: (ms, callback) => {
          const timer = setTimeout(callback, ms);
          return () => {
            clearTimeout(timer);
          };
        },
        onState: setState,
      }),
  );
  useEffect(() => {
    const onVisibility = (): void => {
      feed.setHidden(document.visibilityState === 'hidden');
    };
    document.addEventListener('visibilitychange', onVisibility);
    feed.start();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      feed.stop();
    };
  }, [feed]);
  return { feed, state };
}
