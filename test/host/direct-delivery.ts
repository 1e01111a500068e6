import { isObject, type JsonObject } from '../../src/core/json/json-object';
import { isUrlToGo, type Descriptor } from './descriptor';
import { goJson, goQuery, goText } from './go-encode';
import { callHttp, TransportError, type Client } from './http-call';

/** The result of a delivery: the job's status code, and the error text that the host stores with it. */
export interface DeliveryResult {
  readonly code: number;
  readonly text: string;
}

export interface DirectOptions {
  readonly client: Client;
  readonly timeoutMs: number;
  /** Maps a URL of the destination to the simulator's. */
  readonly resolve: (url: string) => string;
  /** Aborts a request when the host's process is killed. Default: none. */
  readonly signal?: AbortSignal;
}

/** A body as it is sent, or the reason why it cannot be sent. */
type Encoding = { readonly ok: true; readonly body?: string } | { readonly ok: false; readonly why: string };

/** Sends the requests of one job, one after another, and stops after the first answer that is not 2xx. */
export async function deliverDirectly(
  descriptors: readonly Descriptor[],
  options: DirectOptions,
): Promise<DeliveryResult> {
  const texts: string[] = [];
  let code = 0;
  for (const descriptor of descriptors) {
    const result = await send(descriptor, options);
    code = result.code;
    texts.push(result.text);
    if (code < 200 || code > 299) break;
  }
  return { code, text: texts.join(' ') };
}

async function send(
  descriptor: Descriptor,
  { client, timeoutMs, resolve, signal }: DirectOptions,
): Promise<DeliveryResult> {
  const { type, files, endpoint, method, headers, params } = descriptor;
  if (type !== 'REST' || Object.keys(files).length > 0) return { code: 200, text: '' };
  const encoding = encode(descriptor.body);
  if (!encoding.ok) return { code: 500, text: encoding.why };
  if (!isUrlToGo(endpoint)) return { code: 400, text: 'the URL cannot be parsed' };
  const [path = '', query = ''] = endpoint.split('?', 2);
  const text = goQuery(query, params);
  try {
    const answer = await callHttp({
      method,
      url: resolve(text === '' ? path : `${path}?${text}`),
      headers: { ...headers, 'User-Agent': 'RudderLabs' },
      ...(encoding.body === undefined ? {} : { body: encoding.body }),
      timeoutMs,
      client,
      ...(signal === undefined ? {} : { signal }),
    });
    return { code: answer.status, text: answer.text };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { code: 504, text: error.message };
  }
}

function encode(body: JsonObject): Encoding {
  for (const [format, value] of Object.entries(body)) {
    if (!isObject(value)) return { ok: false, why: `body.${format} is no object` };
    if (Object.keys(value).length > 0) return encodeAs(format, value);
  }
  return { ok: true };
}

function encodeAs(format: string, value: JsonObject): Encoding {
  if (format === 'JSON') return { ok: true, body: goJson(value) };
  if (format === 'JSON_ARRAY') return { ok: true, body: goText(value.batch ?? '') };
  if (format === 'XML') return { ok: true, body: goText(value.payload ?? '') };
  if (format === 'FORM') return { ok: true, body: goQuery('', value) };
  // The host also knows the format GZIP; this destination never uses it.
  return { ok: false, why: `unknown body format ${format}` };
}
