import { useEffect, useRef } from 'preact/hooks';
import type { InspectedInput } from '../../data/inspected-input.js';
import { decodeLink, encodeLink, LinkError, type LinkContent } from '../../data/link.js';
import type { Inspection } from '../inspection.js';
import type { Action } from '../state.js';

/** What a fragment holds: the content of a link, nothing, or a link that cannot be opened and why. */
export async function readFragment(): Promise<{ content?: LinkContent | undefined; fault?: string }> {
  try {
    return { content: await decodeLink(location.hash) };
  } catch (thrown) {
    if (thrown instanceof LinkError) return { fault: thrown.message };
    throw thrown;
  }
}

/**
 * Keeps the address of the page true: it holds a link only as long as the page shows what the link holds. The address is replaced, so the
 * history gets no entries, and what the user types is in no address until he asks for a link.
 *
 * @param opened whether the address holds a link that the page has opened
 * @returns makes a link, and puts it into the address and the clipboard
 */
export function useLink(
  input: InspectedInput,
  { event, config }: Inspection,
  opened: boolean,
  dispatch: (action: Action) => void,
): () => Promise<void> {
  const linked = useRef<InspectedInput | undefined>(opened ? input : undefined);
  /** The next input comes from the link in the address. */
  const isOpening = useRef(false);

  useEffect(() => {
    if (isOpening.current) linked.current = input;
    isOpening.current = false;
    if (linked.current === input) return;
    linked.current = undefined;
    if (location.hash !== '') replaceFragment('');
  }, [input]);

  useEffect(() => {
    const open = (): void => {
      void readFragment().then(({ content, fault }) => {
        if (fault !== undefined) dispatch({ do: 'say', notice: { kind: 'fault', text: fault } });
        if (content === undefined) return;
        isOpening.current = true;
        dispatch({ do: 'openLink', content });
      });
    };
    addEventListener('hashchange', open);
    return () => removeEventListener('hashchange', open);
  }, []);

  return async () => {
    if ('fault' in event || 'fault' in config) {
      const text = `A link holds JSON: correct the ${'fault' in event ? 'event' : 'configuration'} first.`;
      dispatch({ do: 'say', notice: { kind: 'fault', text } });
      return;
    }
    const link = await makeLink({ event: event.value, config: config.value });
    if (link === undefined) {
      const text = 'The event is nested too deeply for a link: share it as a file.';
      dispatch({ do: 'say', notice: { kind: 'fault', text } });
      return;
    }
    const { fragment, leftOut } = link;
    linked.current = input;
    replaceFragment(fragment);
    const copied = await copy(location.href);
    const text = [
      copied ? 'The link is copied.' : 'The link is in the address bar: copy it from there.',
      leftOut > 0 ? 'It holds no API key: that was left out.' : 'It holds no API key.',
      'It holds the event with its personal data.',
      `It has ${location.href.length.toLocaleString('en')} characters.`,
    ].join(' ');
    dispatch({ do: 'say', notice: { kind: 'done', text } });
  };
}

/** `undefined` for a value that is nested so deeply that the browser cannot write it. */
async function makeLink(content: LinkContent): Promise<Awaited<ReturnType<typeof encodeLink>> | undefined> {
  try {
    return await encodeLink(content);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

function replaceFragment(fragment: string): void {
  history.replaceState(null, '', `${location.pathname}${location.search}${fragment}`);
}

/** Browsers give pages of plain HTTP no clipboard, and users may refuse it. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
