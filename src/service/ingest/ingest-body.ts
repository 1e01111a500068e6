import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { parseJson } from '../http/parse-json.js';
import { BodyError, plainBody, type BodySource } from '../http/read-request-body.js';

/** One JSON value in each line. Vector sends the first, other engines the others. */
const LINES = /^application\/(x-ndjson|ndjson|jsonl|json-?lines|x-jsonlines)\s*(;|$)/i;

/** A line that is not JSON, in place of the message that it should be. */
export const UNREADABLE_LINE = Symbol('a line that is not JSON');

/**
 * The body of a request of an engine or SDK: JSON, or JSON lines by its content type, plain or gzipped.
 *
 * @returns undefined when it is packed in another way
 */
export function ingestBody(payload: IncomingMessage, headers: IncomingHttpHeaders): BodySource | undefined {
  const parse = LINES.test(headers['content-type'] ?? '') ? parseLines : parseValue;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') {
    return { ...plainBody(payload, headers['content-length']), parse };
  }
  return encoding === 'gzip' || encoding === 'x-gzip' ? { ...unpacked(payload), parse } : undefined;
}

/** Unpacks only as much as is read, so that a small body that unpacks to a huge one costs no more than a large one. */
function unpacked(payload: IncomingMessage): Omit<BodySource, 'parse'> {
  const stream = createGunzip();
  const discard = (): void => {
    payload.unpipe(stream);
    stream.destroy();
    payload.resume();
  };
  payload.pipe(stream);
  payload.once('close', () => {
    // The connection broke. After a complete body the stream has its end, and reads what it holds.
    if (!payload.complete) stream.destroy();
  });
  return { stream, length: undefined, discard };
}

function parseValue(bytes: Buffer): unknown {
  requireUtf8(bytes);
  return parseJson(bytes);
}

/** A line that is not JSON fails alone. */
function parseLines(bytes: Buffer): unknown[] {
  requireUtf8(bytes);
  return bytes
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): unknown => {
      try {
        return JSON.parse(line);
      } catch {
        return UNREADABLE_LINE;
      }
    });
}

/** Replacement characters could make two ids equal. */
function requireUtf8(bytes: Buffer): void {
  if (!isUtf8(bytes)) throw new BodyError('malformed', 'the body is not valid UTF-8');
}
