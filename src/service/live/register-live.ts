import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopbackHost, PAGE_HEADERS, tokenCheck } from '../../runtime/index.js';
import type { ServiceGroup } from '../options.js';
import { pathOf } from '../http/error-handler.js';
import { sendJson, setApiVersion } from '../http/reply.js';
import { liveAnswer } from './live-answer.js';
import type { LiveLog } from './live-log.js';
import { LiveQueryError, parseLiveQuery } from './live-query.js';
import type { LiveOptions } from './live-settings.js';

/** What the routes need. */
export interface LiveRoutes {
  readonly options: LiveOptions;
  readonly log: LiveLog;
  /** Undefined: this process is alone. */
  readonly group: ServiceGroup | undefined;
  readonly epochMs: () => number;
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Adds `GET /live` and `GET /live/events`. The page holds no data, so anybody who may reach the service may load it; the events need the token. There is
 * no CORS. Without a token, the events are for the browser and the commands of this machine only.
 */
export function registerLive(app: FastifyInstance, routes: LiveRoutes): void {
  const { options, log, group } = routes;
  const { token, page } = options;
  const hasToken = token === undefined ? undefined : tokenCheck(token, ['bearer']);
  group?.answerLive((query) => log.part(query));

  if (page !== undefined) {
    app.get('/live', (request, reply) => {
      if (hasToken === undefined && !isLocal(request)) return refuse(reply.headers(HEADERS));
      // The page reads `live/events`, beside its own path: also behind a proxy that adds a prefix.
      if (pathOf(request).endsWith('/')) return reply.redirect('../live');
      return setApiVersion(reply).headers(PAGE_HEADERS).header('cache-control', 'no-store').send(page);
    });
  }
  app.get('/live/events', (request, reply) => {
    reply.headers(HEADERS);
    if (isCrossSite(request)) return sendJson(reply, 403, { error: OTHER_SITE });
    if (hasToken === undefined) return isLocal(request) ? sendEvents(request, reply, routes) : refuse(reply);
    if (hasToken(request.headers.authorization)) return sendEvents(request, reply, routes);
    return sendJson(reply.header('www-authenticate', 'Bearer'), 401, { error: UNAUTHORIZED });
  });
}

async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { log, group, epochMs }: LiveRoutes,
): Promise<FastifyReply> {
  try {
    const query = parseLiveQuery(request.query as Readonly<Record<string, unknown>>);
    const parts = group === undefined ? [await log.part(query)] : await group.live(query);
    return await setApiVersion(reply)
      .type('application/json; charset=utf-8')
      .send(liveAnswer(parts, query, epochMs()));
  } catch (thrown) {
    if (!(thrown instanceof LiveQueryError)) throw thrown;
    return sendJson(reply, 400, { error: thrown.message });
  }
}

const OTHER_SITE = 'a page of another site may not read this';
const UNAUTHORIZED = 'send the token of GAINSIGHT_PX_LIVE_TOKEN as "Authorization: Bearer …"';
const NOT_LOCAL =
  'without a token, this is served to this machine only, under 127.0.0.1, [::1] or localhost: set GAINSIGHT_PX_LIVE_TOKEN';

function refuse(reply: FastifyReply): FastifyReply {
  return sendJson(reply, 403, { error: NOT_LOCAL });
}

/**
 * The headers with which proxies say for whom they ask: a proxy on this machine passes on requests of others. Besides the standard ones (RFC 7239,
 * RFC 9110 §7.6.3) those that common proxies add.
 */
const OF_PROXIES =
  /^(forwarded|via|x-forwarded(-.*)?|x-original-(forwarded-for|host)|x-real-ip|.+-client-ip|cf-connecting-ip(v6)?|x-envoy-external-address)$/;

/**
 * Whether a request was made to this machine by one of its names. A page whose own name leads to this machine (DNS rebinding) counts as the same
 * site to the browser, but not here.
 */
function isLocal({ headers }: FastifyRequest): boolean {
  return isLoopbackHost(headers.host ?? '') && !Object.keys(headers).some((name) => OF_PROXIES.test(name));
}

/** Whether a browser says that the page of another site makes the request. Other clients say nothing. */
function isCrossSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin, host = '' } = headers;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}
