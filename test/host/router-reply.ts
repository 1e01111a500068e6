import { isObject, type JsonObject } from '../../src/core/json/json-object';
import { checkEcho, JOB_METADATA, readEcho, type Echo } from './echo';
import { decodeFault, type GoType } from './go-decode';
import { parseJson } from './http-call';
import type { Violations } from './violation';

/** One item of a reply: what is to be sent for its jobs, or what became of them. */
export interface RouterItem {
  readonly jobs: readonly Echo[];
  readonly statusCode: number;
  readonly error: string;
  readonly batchedRequest: unknown;
  /** The configuration that a proxied delivery is given; undefined where the item has none. */
  readonly destinationConfig?: JsonObject | undefined;
  readonly destinationVersion?: unknown;
}

const REPLY: GoType = {
  struct: {
    output: {
      list: {
        struct: {
          metadata: { list: JOB_METADATA },
          destination: {
            struct: {
              ID: 'string',
              Name: 'string',
              DestinationDefinition: {
                struct: { ID: 'string', Name: 'string', DisplayName: 'string', Config: 'object' },
              },
              Config: 'object',
              Enabled: 'bool',
              WorkspaceID: 'string',
              Transformations: { list: 'object' },
              IsProcessorEnabled: 'bool',
              RevisionID: 'string',
              hasDynamicConfig: 'bool',
              version: 'int',
            },
          },
          connection: 'object',
          batched: 'bool',
          statusCode: 'int',
          error: 'string',
          statTags: 'stringMap',
          authErrorCategory: 'string',
        },
      },
    },
  },
};

/** Keys at the top of a reply that the host's own OAuth layer uses. */
const RESERVED = ['originalResponse', 'interceptorResponse'];

/**
 * Reads the reply to `POST /routerTransform` as the host does; what it refuses is told as a fault, for which
 * every job gets 500.
 *
 * @param sent the metadata of each job as it was sent
 */
export function readRouterReply(
  text: string,
  sent: ReadonlyMap<number, JsonObject>,
  violations: Violations,
): readonly RouterItem[] | { readonly fault: string } {
  const json = parseJson(text);
  const fault = json === undefined ? 'no JSON' : decodeFault(json.value, REPLY);
  if (json === undefined || fault !== undefined || !isObject(json.value)) {
    violations.note('reply-undecodable', fault ?? 'no object');
    return { fault: fault ?? 'no object' };
  }
  for (const key of RESERVED) {
    if (key in json.value) violations.note('reserved-key', `the reply holds ${key}`);
  }
  const output = (json.value.output ?? []) as readonly (JsonObject | null)[];
  const items = output.map((item) => readItem(item ?? {}));
  const mismatch = jobsFault(items, sent, violations);
  if (mismatch !== undefined) return { fault: mismatch };
  for (const [index, item] of output.entries()) checkItem(item ?? {}, `output[${index}]`, sent, violations);
  return [...items].sort((a, b) => smallestId(a) - smallestId(b));
}

function readItem(item: JsonObject): RouterItem {
  const destination = isObject(item.destination) ? item.destination : {};
  return {
    jobs: ((item.metadata ?? []) as readonly (JsonObject | null)[]).map((echo) => readEcho(echo ?? {})),
    statusCode: (item.statusCode ?? 0) as number,
    error: (item.error ?? '') as string,
    batchedRequest: item.batchedRequest,
    destinationConfig: isObject(destination.Config) ? destination.Config : undefined,
    destinationVersion: destination.version,
  };
}

/** The host's check of what came back against what was sent, in its order. */
function jobsFault(
  items: readonly RouterItem[],
  sent: ReadonlyMap<number, JsonObject>,
  violations: Violations,
): string | undefined {
  const idsOf = (item: RouterItem): Set<number> => new Set(item.jobs.map(({ jobId }) => jobId));
  const count = items.reduce((sum, item) => sum + idsOf(item).size, 0);
  if (count !== sent.size) {
    const fault = `${sent.size} jobs were sent, ${count} came back`;
    violations.note('jobs-not-once-each', fault);
    return fault;
  }
  if (items.some(({ jobs }) => jobs.length === 0)) {
    violations.note('item-without-jobs', 'an item has no metadata');
    return 'an item has no metadata';
  }
  const ids = items.flatMap((item) => [...idsOf(item)]);
  const foreign = ids.find((id) => !sent.has(id));
  if (foreign !== undefined) {
    violations.note('foreign-job', `job ${foreign} was not sent`);
    return `job ${foreign} was not sent`;
  }
  // Right in number, and none is foreign: the host does not see that one came twice and another not at all.
  if (new Set(ids).size !== sent.size)
    violations.note('jobs-not-once-each', 'one came twice, another not at all');
  return undefined;
}

function checkItem(
  item: JsonObject,
  where: string,
  sent: ReadonlyMap<number, JsonObject>,
  violations: Violations,
): void {
  for (const echo of item.metadata as readonly JsonObject[]) {
    checkEcho(echo, sent.get(echo.jobId as number), where, violations);
  }
  if (typeof item.error === 'string' && item.error.includes('\u0000')) {
    violations.note('nul-in-text', `${where}.error`);
  }
}

const smallestId = ({ jobs }: RouterItem): number => Math.min(...jobs.map(({ jobId }) => jobId));
