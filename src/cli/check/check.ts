import { randomUUID } from 'node:crypto';
import {
  DATA_CENTERS,
  dataCentersIn,
  getSubscription,
  listAttributes,
  ORIGINS,
  readAttributes,
  tryWrite,
  type DataCenter,
  type DestinationConfig,
  type PxAttributes,
} from '../../destinations/gainsight_px/index.js';
import type { Router } from '../../router/index.js';
import { ask, type Answer } from './ask.js';
import { checkAttributeTypes } from './attribute-types.js';
import { checkAttributes, summarizeAttributes } from './attributes.js';
import {
  answersOf,
  checkDataCenter,
  checkReachable,
  checkRead,
  isAccepted,
  isDenied,
  type Reads,
} from './connection.js';
import { checkProductTagKey } from './product-tag-key.js';
import { CHECK_NAMES, type Check, type CheckName, type CheckReport } from './report.js';
import { checkWrite } from './write.js';

/** What is checked. */
export interface CheckInput {
  readonly config: DestinationConfig;
  readonly router: Router;
  /** Where the requests go in place of PX; `undefined`: to PX. */
  readonly origin: string | undefined;
  /** Whether to try a write. */
  readonly write: boolean;
  /** The checks of the configuration, which need no request. */
  readonly configuration: readonly Check[];
}

/** Asks PX, and judges its answers. Sends nothing that changes anything. */
export async function check(input: CheckInput): Promise<CheckReport> {
  const { config, router, write, configuration } = input;
  const [center = 'US'] = dataCentersIn(config.dataCenter) as DataCenter[];
  const origin = input.origin ?? ORIGINS[center];

  const subscription = await ask(router, getSubscription(config));
  if (subscription.is === 'unreachable' || subscription.is === 'notPx') {
    const reachable = checkReachable(subscription, origin);
    return reportOf(origin, [
      ...configuration,
      reachable,
      ...notChecked('PX does not answer', reachable.name),
    ]);
  }
  const [user, account] = await Promise.all(
    (['user', 'account'] as const).map((model) => ask(router, listAttributes(model, config))),
  );
  const reads: Reads = { subscription, user: user!, account: account! };
  const identifyId = `gainsight-px-check-${randomUUID()}`;
  const tried = write ? await ask(router, tryWrite(identifyId, config)) : undefined;
  const asksOthers = input.origin === undefined && isDenied(reads) && !isAccepted(reads, tried);
  const others = asksOthers ? await askOthers(router, config, center) : new Map<DataCenter, Answer>();
  const [userList, accountList] = [listOf(reads.user), listOf(reads.account)];
  const userRows = userList && checkAttributes('user', config, userList);
  const accountRows = accountList && checkAttributes('account', config, accountList);
  const checks = [
    ...configuration,
    checkReachable(answersOf(reads).find(isOfPx) ?? subscription, origin),
    input.origin === undefined ? checkDataCenter(center, reads, others, tried) : otherOrigin(input.origin),
    checkRead(reads),
    checkProductTagKey(config.productTagKey, subscription),
    summarizeAttributes('user', userRows, reads.user),
    summarizeAttributes('account', accountRows, reads.account),
    checkAttributeTypes(config.attributeTypes, { user: userList, account: accountList }),
    checkWrite(tried, reads, identifyId),
  ];
  return reportOf(origin, checks, [...(userRows ?? []), ...(accountRows ?? [])]);
}

function isOfPx({ is }: Answer): boolean {
  return is === 'answered' || is === 'denied' || is === 'throttled' || is === 'refused';
}

function listOf(answer: Answer): PxAttributes | undefined {
  return answer.is === 'answered' ? readAttributes(answer.body) : undefined;
}

/** The key may belong to another data center. They are the vendor's, too, so the key may be shown to them. */
async function askOthers(
  router: Router,
  config: DestinationConfig,
  configured: DataCenter,
): Promise<ReadonlyMap<DataCenter, Answer>> {
  const others = DATA_CENTERS.filter((center) => center !== configured);
  return new Map(
    await Promise.all(
      others.map(async (dataCenter) => {
        const answer = await ask(router, getSubscription({ ...config, dataCenter }));
        return [dataCenter, answer] as const;
      }),
    ),
  );
}

function otherOrigin(origin: string): Check {
  const found = `the requests go to ${origin}, not to a data center`;
  const todo = 'leave out --px-url and --simulate to check it';
  return { name: 'dataCenter', result: 'notChecked', code: 'not_checked', found, todo };
}

/** The rows of the checks after one, which nothing is known of. */
export function notChecked(found: string, after: CheckName): Check[] {
  const rest = CHECK_NAMES.slice(CHECK_NAMES.indexOf(after) + 1);
  const todo = 'see the rows above';
  return rest.map((name) => ({ name, result: 'notChecked', code: 'not_checked', found, todo }));
}

/** The report of checks. */
export function reportOf(
  origin: string | undefined,
  checks: readonly Check[],
  attributes: CheckReport['attributes'] = [],
): CheckReport {
  const ok = checks.every(({ result }) => result !== 'failed');
  return { ok, ...(origin === undefined ? {} : { origin }), checks, attributes };
}
