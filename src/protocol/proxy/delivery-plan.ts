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
 * What a call of the delivery proxy asks for, as a plan whose every URL is made here: from the name of a data center, the name of a
 * route, and an id. Nothing is ever sent to a URL because it came with a request.
 *
 * @throws ConfigurationError `configuration_invalid` when there is no usable key or data center
 * @throws RetryableError `data_center_ambiguous` when there are several
 * @throws AbortedError `rejected` for a descriptor that is no call of Gainsight PX that an event leads to
 * @throws WireFormatError for a plan that is not in the form of this version, or without a configuration
 */
export function deliveryPlan(request: ProxyRequest, defaults: ConfigDefaults): RequestPlan {
  const { endpoint, json, destinationConfig } = request;
  if (endpoint !== PLAN_ENDPOINT) return plainPlan(request);
  const plan = parseWirePlan(json);
  return buildPlan(plan, new PxApi(storedConnection(withDefaults(destinationConfig, defaults), plan)));
}

/**
 * The address and key of a stored configuration; the plan decides where its data center is a template, and by which version of its path a
 * preference is set: a template of the stored configuration was resolved when the plan was made.
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

/** Only what a connection needs: the rest of a stored configuration may hold templates, and was used when the plan was made. */
function connection(config: JsonObject): Connection {
  return parseConfig({ productTagKey: '-', ...config }).connection;
}

/** An update of a user may be the link of a group message whose user another message still creates. */
const LINK: NonNullable<Step['on']> = { notFound: { to: 'fail', code: 'user_not_found' } };

/** A plan of one request, out of a descriptor that a host could also send itself. */
function plainPlan({ method, endpoint, headers, json }: ProxyRequest): RequestPlan {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const dataCenter = url === undefined ? undefined : dataCenterAt(url.origin);
  const isBare = url?.search === '' && url.username === '' && url.password === '';
  if (url === undefined || dataCenter === undefined || !isBare) throw notOurs();

  const call = plainCall(method, url, json as RequestBody);
  const preferencesApiVersion = url.pathname.startsWith('/v2/') ? 'v2' : 'v1';
  const api = new PxApi(connection({ apiKey: keyIn(headers), dataCenter, preferencesApiVersion }));
  const step = { id: call.route, ...fromWireCall(api, call) };
  return { lanes: lanesOf(call), steps: [call.route === 'users.update' ? { ...step, on: LINK } : step] };
}

/** What a call must stay in order with: a request given up by the host may still be on its way when the next one comes. */
function lanesOf({ route, target, body }: WireCall): string[] {
  const id = target ?? idIn(route, body);
  if (id === undefined) return [];
  return [ROUTES[route].about === 'account' ? accountLane(id) : userLane(id)];
}

function plainCall(method: string, { pathname }: URL, body: RequestBody): WireCall {
  const found = findCall(method, pathname);
  if (found === undefined) throw notOurs();
  const { route, id } = found;
  if (id !== undefined) return { route, target: id, body };
  // A create or an event always has its id in the body. An update has it there in its body form only.
  if (ROUTES[route].byPath === undefined) return { route, body };
  const { [ID_FIELD[ROUTES[route].about]]: target, ...rest } = body;
  if (typeof target !== 'string') throw notOurs();
  return { route, target, body: rest };
}

function findCall(method: string, pathname: string): ReturnType<typeof findEventRoute> {
  try {
    return findEventRoute(method, pathname);
  } catch {
    return undefined; // an id that no percent-encoding stands for
  }
}

/** The key that the descriptor was made with. */
function keyIn(headers: JsonObject): unknown {
  const name = Object.keys(headers).find((candidate) => candidate.toLowerCase() === KEY_HEADER.toLowerCase());
  return name === undefined ? undefined : headers[name];
}

function notOurs(): AbortedError {
  return new AbortedError(
    'rejected',
    'not delivered: this is no request to Gainsight PX that an event leads to',
  );
}
