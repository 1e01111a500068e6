import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../../core/index.js';
import { problem, type Reply } from './reply.js';

/** A body to the byte; `tooLarge` when it was over the limit, and so was thrown away. */
export type RawBody = Buffer | 'tooLarge';

/** Reads a request's body, keeping at most `maxBytes` in memory; undefined when the client broke off. */
export function receiveBody(request: IncomingMessage, maxBytes: number): Promise<RawBody | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // What is too large is read to its end all the same: an answer in the middle of it would be lost to the client.
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => resolve(bytes > maxBytes ? 'tooLarge' : Buffer.concat(chunks, bytes)));
    request.on('error', () => resolve(undefined));
    request.on('close', () => resolve(undefined));
  });
}

/** A JSON object with its text, or the answer that refuses the body. */
export type BodyReading =
  | { readonly ok: true; readonly body: JsonObject; readonly text: string }
  | { readonly ok: false; readonly reply: Reply };

const refuse = (status: number, message: string): BodyReading => ({
  ok: false,
  reply: problem(status, message),
});

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/** Reads a body as a JSON object: 415 for another content type, 413 when too large, 400 when missing or malformed. */
export function readJsonBody(raw: RawBody, headers: IncomingMessage['headers']): BodyReading {
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
