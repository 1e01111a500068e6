import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../../core/index.js';
import { problem, type Reply } from './reply.js';

/** The bytes of a body; `tooLarge` when it was over the limit and was discarded. */
export type RawBody = Buffer | 'tooLarge';

/**
 * Reads a request's body and keeps at most `maxBytes` in memory; undefined when the client closed the
 * connection.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<RawBody | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // A body that is too large is read to its end: the client would not see an answer that comes earlier.
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => resolve(bytes > maxBytes ? 'tooLarge' : Buffer.concat(chunks, bytes)));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}

/** A JSON object and its text, or the answer that rejects the body. */
export type ParsedBody =
  | { readonly ok: true; readonly body: JsonObject; readonly text: string }
  | { readonly ok: false; readonly reply: Reply };

const refuse = (status: number, message: string): ParsedBody => ({
  ok: false,
  reply: problem(status, message),
});

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * Parses a body as a JSON object: 415 for another content type, 413 for a large body, 400 for a missing or
 * malformed one.
 */
export function parseJsonBody(raw: RawBody, headers: IncomingMessage['headers']): ParsedBody {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (!JSON_TYPE.test(type)) return refuse(415, 'Content type is not supported, expected application/json');
  if (encoding !== 'identity') return refuse(415, 'Content encoding is not supported');
  if (raw === 'tooLarge') return refuse(413, 'The request body is too large');
  if (raw.length === 0) return refuse(400, 'Required request body is missing');
  if (!isUtf8(raw)) return refuse(400, 'Malformed JSON request');
  const text = raw.toString('utf8');
  const body = parse(text);
  return isObject(body) ? { ok: true, body, text } : refuse(400, 'Malformed JSON request');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
