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
  ID_FIELD,
  KEY_HEADER,
  PxApi,
  ROUTES,
  type Connection,
  accountLane,
  findEventRoute,
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
import { fromWireCall, idIn, type WireCall } from './wire-call.js';
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

/** An update of a user may be the link of a group message, and another message may still create that user. */
const LINK: NonNullable<Step['on']> = { notFound: { to: 'fail', code: 'user_not_found' } };

/** A plan of one request, from a descriptor that the host could also send itself. */
function plainPlan({ method, endpoint, headers, json }: ProxyRequest): RequestPlan {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const dataCenter = url === undefined ? undefined : dataCenterAt(url.origin);
  const isBare = url?.search === '' && url.username === '' && url.password === '';
  if (url === undefined || dataCenter === undefined || !isBare) throw notAnEventCall();

  const call = plainCall(method, url, json as RequestBody);
  const preferencesApiVersion = url.pathname.startsWith('/v2/') ? 'v2' : 'v1';
  const api = new PxApi(connection({ apiKey: keyIn(headers), dataCenter, preferencesApiVersion }));
  const step = { id: call.route, ...fromWireCall(api, call) };
  return { lanes: lanesOf(call), steps: [call.route === 'users.update' ? { ...step, on: LINK } : step] };
}

/** The lanes of a call: a request that the host gave up may still be in flight when the next one arrives. */
function lanesOf({ route, target, body }: WireCall): string[] {
  const id = target ?? idIn(route, body);
  if (id === undefined) return [];
  return [ROUTES[route].about === 'account' ? accountLane(id) : userLane(id)];
}

function plainCall(method: string, { pathname }: URL, body: RequestBody): WireCall {
  const found = findCall(method, pathname);
  if (found === undefined) throw notAnEventCall();
  const { route, id } = found;
  if (id !== undefined) return { route, target: id, body };
  // The body of a create or an event always has the id; that of an update has it in its body form only.
  if (ROUTES[route].byPath === undefined) return { route, body };
  const { [ID_FIELD[ROUTES[route].about]]: target, ...rest } = body;
  if (typeof target !== 'string') throw notAnEventCall();
  return { route, target, body: rest };
}

function findCall(method: string, pathname: string): ReturnType<typeof findEventRoute> {
  try {
    return findEventRoute(method, pathname);
  } catch {
    return undefined; // an id with an invalid percent-encoding
  }
}

/** The API key in the headers of a descriptor. */
function keyIn(headers: JsonObject): unknown {
  const name = Object.keys(headers).find((candidate) => candidate.toLowerCase() === KEY_HEADER.toLowerCase());
  return name === undefined ? undefined : headers[name];
}

function notAnEventCall(): AbortedError {
  return new AbortedError(
    'rejected',
    'not delivered: this is not a request to Gainsight PX that an event leads to',
  );
}
