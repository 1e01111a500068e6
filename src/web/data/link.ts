import { isObject } from '../../core/index.js';
import { withoutSecrets } from './secrets.js';

/** What a link carries: an event and a configuration, each a JSON value. */
export interface LinkContent {
  readonly event: unknown;
  readonly config: unknown;
}

/** Why a link cannot be opened or made, and what helps. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

/** The form of the link. Another form gets another name, so that an old page can say that it does not know it. */
const FORM = 'v1';

/**
 * A longer link is not made. Firefox opens addresses of 1,048,576 characters (its preference `network.standard-url.max-length`), Chromium of
 * 2,097,152 (`kMaxURLChars`).
 */
const MAX_CHARACTERS = 1_000_000;

/** A link holds at most this many bytes: a short text can inflate to very many. */
const MAX_BYTES = 10 * 1024 * 1024;

const CUT_OFF = 'The link is cut off or was changed: ask for it again, and copy all of it.';
const TOO_LARGE = 'The link holds more than 10 MB: share the event as a file instead.';

/** A link, and what it does not hold. */
export interface EncodedLink {
  /** With its `#`. */
  readonly fragment: string;
  /** How many values were left out because they are or contain the API key. */
  readonly leftOut: number;
}

/**
 * Packs an event and a configuration into the fragment of a link, without the API key: `#v1.<base64url of raw DEFLATE of JSON>`.
 *
 * No program sends the fragment of an address to a server (https://www.rfc-editor.org/rfc/rfc9110#section-7.1).
 *
 * @param keep what the link takes of the configuration without the key; all of it by default
 * @throws LinkError when the link would be one that no page can open: too long, too large or nested too deeply
 */
export async function encodeLink(
  content: LinkContent,
  keep = (config: unknown): unknown => config,
): Promise<EncodedLink> {
  const { text, leftOut } = write(content, keep);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_BYTES) throw new LinkError(TOO_LARGE);
  const packed = await read(through(bytes, new CompressionStream('deflate-raw')), Infinity);
  const fragment = `#${FORM}.${toBase64Url(packed)}`;
  if (fragment.length > MAX_CHARACTERS) {
    const [length, most] = [fragment.length, MAX_CHARACTERS].map((count) => count.toLocaleString('en-US'));
    throw new LinkError(
      `The link would have ${length} characters, and not every browser opens more than ${most}: share the event as a file instead.`,
    );
  }
  return { fragment, leftOut };
}

function write(
  content: LinkContent,
  keep: (config: unknown) => unknown,
): { readonly text: string; readonly leftOut: number } {
  try {
    // Together, and before keys are left out, so that the key of the configuration is found in the event.
    const { value, removed } = withoutSecrets(content);
    const { event, config } = value as LinkContent;
    return { text: JSON.stringify({ event, config: keep(config) }), leftOut: removed };
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new LinkError('The event is nested too deeply for a link: share it as a file.');
  }
}

/**
 * Opens the fragment of a link.
 *
 * @param fragment with or without its `#`
 * @returns `undefined` for an empty fragment, and for one that is not a link of this page, such as `#result`
 * @throws LinkError when the link is broken, is too large, or has a form of a newer version
 */
export async function decodeLink(fragment: string): Promise<LinkContent | undefined> {
  const [, form, packed] = /^#?(v\d+)\.(.*)$/s.exec(fragment) ?? [];
  if (form === undefined || packed === undefined) return undefined;
  if (form !== FORM) {
    throw new LinkError(
      `The link has the form ${form}, and this page reads ${FORM}: open it with a newer version of gainsight-px.`,
    );
  }
  const content = parse(await inflate(packed));
  if (!isObject(content) || !Object.hasOwn(content, 'event') || !Object.hasOwn(content, 'config'))
    throw new LinkError(CUT_OFF);
  return { event: content.event, config: content.config };
}

async function inflate(packed: string): Promise<string> {
  try {
    const bytes = await read(
      through(fromBase64Url(packed), new DecompressionStream('deflate-raw')),
      MAX_BYTES,
    );
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (thrown) {
    throw thrown instanceof LinkError ? thrown : new LinkError(CUT_OFF);
  }
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LinkError(CUT_OFF);
  }
  try {
    JSON.stringify(value);
  } catch {
    // Parsers read what no writer can write, and so no page can show.
    throw new LinkError('The link holds something that is nested too deeply to be shown.');
  }
  return value;
}

function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
  return new Blob([bytes]).stream().pipeThrough<Uint8Array>(transform);
}

async function read(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new LinkError(TOO_LARGE);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function toBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  // `atob` also takes blanks and the other alphabet: a link with these was changed on its way.
  if (!/^[\w-]+$/.test(text)) throw new LinkError(CUT_OFF);
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
}
