import {
  AbortedError,
  isObject,
  typeName,
  type JsonObject,
  type RequestPlan,
  type Step,
  type RequestBody,
} from '../../core/index.js';
import {
  PxApi,
  type Connection,
  accountLane,
  userLane,
  parseConfig,
  withDefaults,
  type ConfigDefaults,
  type DataCenter,
} from '../../destinations/gainsight_px/index.js';
import { dataCenterAt } from '../destination/data-center.js';
import { requireOneDataCenter, requireStoredKey } from '../destination/destination.js';
import { isTemplate } from '../destination/dynamic-config.js';
import { buildPlan, parseWirePlan } from './parse-plan.js';
import { PLAN_ENDPOINT, type WirePlan } from './plan-descriptor.js';
import type { ProxyRequest } from './proxy-request.js';
import { buildCall, readCall, type EventRoute, type PxCall } from './px-call.js';
import { WireFormatError } from '../wire-format-error.js';

/**
 * The plan of a call of the delivery proxy. It builds every URL itself, from the name of a data center, the name of a route and an id;
 * it never uses a URL of the request.
 *
 * @throws ConfigurationError `configuration_invalid` when there is no usable key or data center
 * @throws RetryableError `data_center_ambiguous` when there are several
 * @throws AbortedError `rejected` for a descriptor that is not a call of Gainsight PX that an event leads to
 * @throws WireFormatError for a plan that is not in the format of this version, or without a configuration
 */
export function deliveryPlan(request: ProxyRequest, defaults: ConfigDefaults): RequestPlan {
  const { endpoint, json, destinationConfig } = request;
  if (endpoint !== PLAN_ENDPOINT) return plainPlan(request);
  const plan = parseWirePlan(json);
  return buildPlan(plan, new PxApi(storedConnection(withDefaults(destinationConfig, defaults), plan)));
}

/**
 * The URL and key of a stored configuration. The plan says which data center a template stands for, and the version of the preferences
 * path, because the templates were resolved when the plan was made.
 */
function storedConnection(raw: unknown, plan: WirePlan): Connection {
  if (!isObject(raw))
    throw new WireFormatError(`destinationConfig: expected an object, found ${typeName(raw)}`);
  requireStoredKey(raw);
  const { preferencesApiVersion = 'v1' } = plan;
  return connection({
    apiKey: raw.apiKey,
    dataCenter: dataCenterOf(raw.dataCenter, plan.dataCenter),
    preferencesApiVersion,
  });
}

function dataCenterOf(stored: unknown, meant: DataCenter): unknown {
  const values = isObject(stored) ? Object.values(stored) : [stored];
  if (values.some(isTemplate)) return meant;
  requireOneDataCenter({ dataCenter: stored });
  return stored;
}

/** Reads only what a connection needs: the rest was used when the plan was made, and may contain templates. */
function connection(config: JsonObject): Connection {
  return parseConfig({ productTagKey: '-', ...config }).connection;
}

interface PlainRoute {
  readonly method: string;
  readonly path: RegExp;
  readonly route: EventRoute;
  /** The key of the id, when the body contains it. */
  readonly idKey?: string;
}

const PLAIN_ROUTES: readonly PlainRoute[] = [
  { method: 'POST', path: /^\/v1\/events\/custom$/, route: 'events.create' },
  { method: 'POST', path: /^\/v1\/users$/, route: 'users.create' },
  { method: 'POST', path: /^\/v1\/accounts$/, route: 'accounts.create' },
  { method: 'PUT', path: /^\/v1\/users\/update$/, route: 'users.update', idKey: 'identifyId' },
  { method: 'PUT', path: /^\/v1\/accounts\/update$/, route: 'accounts.update', idKey: 'id' },
  { method: 'PUT', path: /^\/v[12]\/user\/preferences$/, route: 'preferences.set', idKey: 'identifyId' },
  { method: 'PUT', path: /^\/v1\/users\/[^/]+$/, route: 'users.update' },
  { method: 'PUT', path: /^\/v1\/accounts\/[^/]+$/, route: 'accounts.update' },
  { method: 'PUT', path: /^\/v[12]\/user\/preferences\/[^/]+$/, route: 'preferences.set' },
];

/** An update of a user may be the link of a group message, and another message may still create that user. */
const LINK: NonNullable<Step['on']> = { notFound: { to: 'fail', code: 'user_not_found' } };

/** A plan of one request, from a descriptor that the host could also send itself. */
function plainPlan({ method, endpoint, headers, json }: ProxyRequest): RequestPlan {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const dataCenter = url === undefined ? undefined : dataCenterAt(url.origin);
  const isBare = url?.search === '' && url.username === '' && url.password === '';
  const known = PLAIN_ROUTES.find((plain) => plain.method === method && plain.path.test(url?.pathname ?? ''));
  if (url === undefined || dataCenter === undefined || !isBare || known === undefined) throw notAnEventCall();

  const call = plainCall(known, url, json as RequestBody);
  const preferencesApiVersion = url.pathname.startsWith('/v2/') ? 'v2' : 'v1';
  const api = new PxApi(connection({ apiKey: keyIn(headers), dataCenter, preferencesApiVersion }));
  const step = { id: call.route, route: call.route, request: buildCall(api, call) };
  return { lanes: lanesOf(call), steps: [call.route === 'users.update' ? { ...step, on: LINK } : step] };
}

/** The lanes of a call: a request that the host gave up may still be in flight when the next one arrives. */
function lanesOf({ route, target, body }: PxCall): string[] {
  const isOfAccount = route === 'accounts.update' || route === 'accounts.create';
  const id = target ?? body[isOfAccount ? 'id' : 'identifyId'];
  if (typeof id !== 'string') return [];
  return [isOfAccount ? accountLane(id) : userLane(id)];
}

function plainCall({ route, idKey }: PlainRoute, { pathname }: URL, body: RequestBody): PxCall {
  if (idKey !== undefined && typeof body[idKey] !== 'string') throw notAnEventCall();
  try {
    return readCall(route, { method: 'PUT', endpoint: pathname, endpointPath: 'users', headers: {}, body });
  } catch {
    throw notAnEventCall(); // an id with an invalid percent-encoding
  }
}

/** The API key in the headers of a descriptor. */
function keyIn(headers: JsonObject): unknown {
  const name = Object.keys(headers).find((candidate) => candidate.toLowerCase() === 'x-aptrinsic-api-key');
  return name === undefined ? undefined : headers[name];
}

function notAnEventCall(): AbortedError {
  return new AbortedError(
    'rejected',
    'not delivered: this is not a request to Gainsight PX that an event leads to',
  );
}
