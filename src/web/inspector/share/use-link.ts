import { useEffect } from 'preact/hooks';
import { isObject } from '../../../core/index.js';
import { CONFIG_KEYS } from '../../../destinations/gainsight_px/index.js';
import { decodeLink, encodeLink, LinkError, type EncodedLink, type LinkContent } from '../../data/link.js';
import { knownConfig } from '../copy/known-config.js';
import type { Inspection } from '../inspection.js';
import type { Action, Notice } from '../state.js';

/**
 * Reads the link in the address of the page, and removes it from there: personal data must not stay in an address that the browser shows,
 * stores and restores.
 *
 * @returns the content of the link, nothing, or why the link cannot be opened
 */
export async function takeLink(): Promise<{ content?: LinkContent | undefined; fault?: string }> {
  const { hash, pathname, search } = location;
  const removeLink = (): void => history.replaceState(null, '', `${pathname}${search}`);
  try {
    const content = await decodeLink(hash);
    if (content !== undefined) removeLink();
    return { content };
  } catch (thrown) {
    if (!(thrown instanceof LinkError)) throw thrown;
    removeLink();
    return { fault: thrown.message };
  }
}

/**
 * Opens a link that is put into the address of the open page, and makes links. The address of the page never holds what the page shows.
 *
 * @returns makes a link, and puts it into the clipboard
 */
export function useLink(
  { event, config }: Inspection,
  dispatch: (action: Action) => void,
): () => Promise<void> {
  useEffect(() => {
    const open = (): void => {
      void takeLink().then(({ content, fault }) => {
        if (fault !== undefined) dispatch({ do: 'say', notice: { kind: 'fault', text: fault } });
        if (content !== undefined) dispatch({ do: 'openLink', content });
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
    dispatch({ do: 'say', notice: await linked({ event: event.value, config: config.value }) });
  };
}

/** Makes a link, copies it, and tells what it holds. */
async function linked(content: LinkContent): Promise<Notice> {
  try {
    const link = await encodeLink(content, knownConfig);
    const url = `${location.href.replace(/#.*$/s, '')}${link.fragment}`;
    return (await copy(url))
      ? { kind: 'done', text: `The link is copied. ${described(link, content.config, url)}` }
      : {
          kind: 'done',
          text: described(link, content.config, url),
          byHand: { what: 'the link', byHand: url },
        };
  } catch (thrown) {
    if (thrown instanceof LinkError) return { kind: 'fault', text: thrown.message };
    throw thrown;
  }
}

function described({ leftOut }: EncodedLink, config: unknown, url: string): string {
  const withoutEffect = isObject(config)
    ? Object.keys(config).filter((key) => !(CONFIG_KEYS as readonly string[]).includes(key))
    : [];
  return [
    leftOut > 0 ? 'It holds no API key: that was left out.' : 'It holds no API key.',
    ...(withoutEffect.length === 0 ? [] : [`Left out, because without effect: ${withoutEffect.join(', ')}.`]),
    'It holds the event with its personal data, and a browser that opens it may keep it in its history.',
    `It has ${url.length.toLocaleString('en')} characters.`,
  ].join(' ');
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
