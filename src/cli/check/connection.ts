import { DATA_CENTERS, ORIGINS, type DataCenter } from '../../destinations/gainsight_px/index.js';
import { answerText, REQUEST_TIMEOUT_MS, type Answer } from './ask.js';
import type { Check, CheckCode } from './report.js';

/** The answers to the three reads. */
export interface Reads {
  readonly subscription: Answer;
  readonly user: Answer;
  readonly account: Answer;
}

/** What each read is, for messages. */
const READ_TEXTS: Readonly<Record<keyof Reads, string>> = {
  subscription: 'the subscription',
  user: 'the attributes of users',
  account: 'the attributes of accounts',
};

const TLS = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

interface Trouble {
  readonly code: CheckCode;
  readonly is: (errorCode: string) => boolean;
  readonly found: (host: string) => string;
  readonly todo: string;
}

/** Why no answer came; the first that fits. */
const TROUBLES: readonly Trouble[] = [
  {
    code: 'name_unknown',
    is: (code) => code === 'ENOTFOUND' || code === 'EAI_AGAIN',
    found: (host) => `the name ${host} is not found`,
    todo: 'check the network and the DNS of this machine',
  },
  {
    code: 'connection_refused',
    is: (code) => code === 'ECONNREFUSED',
    found: (host) => `${host} refuses the connection`,
    todo: 'check the firewall; with --px-url, check that something listens there',
  },
  {
    code: 'tls_failed',
    is: (code) => TLS.test(code),
    found: (host) => `${host} has no certificate that this machine trusts`,
    todo: 'check the clock of this machine; behind a proxy that opens TLS, name its certificate in NODE_EXTRA_CA_CERTS',
  },
  {
    code: 'timed_out',
    is: (code) => code === 'TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT',
    found: (host) => `no answer from ${host} within ${REQUEST_TIMEOUT_MS / 1000} s`,
    todo: 'check the network and the firewall: gainsight-px connects without a proxy',
  },
  {
    code: 'connection_failed',
    is: () => true,
    found: (host) => `the connection to ${host} fails`,
    todo: 'check the network and the firewall: gainsight-px connects without a proxy',
  },
];

/** Whether PX answers. */
export function checkReachable(answer: Answer, origin: string): Check {
  const name = 'reachable';
  const { host } = new URL(origin);
  if (answer.is === 'unreachable') {
    const { errorCode } = answer;
    const { code, found, todo } = TROUBLES.find(({ is }) => is(errorCode))!;
    return { name, result: 'failed', code, found: `${found(host)} (${errorCode})`, todo };
  }
  if (answer.is === 'notPx') {
    const found = `${host} answers ${answerText(answer)}, which is not an answer of PX`;
    const todo = 'check whether a proxy or a login page is between this machine and PX';
    return { name, result: 'failed', code: 'not_px', found, todo };
  }
  if (answer.is === 'unavailable') {
    const found = `${host} answers ${answerText(answer)}`;
    return { name, result: 'failed', code: 'px_unavailable', found, todo: 'try again later' };
  }
  return { name, result: 'ok', code: 'reached', found: `${origin} answers` };
}

/** What data centers say to the key. */
export type DataCenterAnswers = ReadonlyMap<DataCenter, Answer>;

/**
 * Which data center the key belongs to.
 *
 * @param others those that are not the configured one; empty where they were not asked
 * @param write the answer to the update of `--write`, which shows it too where the key may not read
 */
export function checkDataCenter(
  configured: DataCenter,
  reads: Reads,
  others: DataCenterAnswers,
  write: Answer | undefined,
): Check {
  const name = 'dataCenter';
  if (isAccepted(reads, write)) {
    const found = `${configured} (${ORIGINS[configured]}) accepts the key`;
    return { name, result: 'ok', code: 'data_center_right', found };
  }
  if (!isDenied(reads)) {
    const found = 'PX gave no answer that shows it';
    return { name, result: 'notChecked', code: 'not_checked', found, todo: 'see the row of read' };
  }
  const all: DataCenterAnswers = new Map([[configured, reads.subscription], ...others]);
  const said = DATA_CENTERS.flatMap((center) => {
    const answer = all.get(center);
    return answer === undefined ? [] : [`${center} answers ${answerText(answer)}`];
  }).join(', ');
  const [accepting] = [...others].find(([, { is }]) => is === 'answered') ?? [];
  if (accepting !== undefined) {
    const found = `the key belongs to ${accepting}: ${said}`;
    return { name, result: 'failed', code: 'data_center_wrong', found, todo: setDataCenter(accepting) };
  }
  // A key of another data center is unknown, 401. 403 says that it is known.
  const knowing = [...all].filter(([, { status }]) => status === 403);
  const [likely] = knowing.length === 1 ? knowing[0]! : [];
  if (likely !== undefined) {
    const found = `${said}: the key probably belongs to ${likely}`;
    const todo = likely === configured ? 'give the key the Read permission in PX' : setDataCenter(likely);
    return { name, result: 'warning', code: 'data_center_unclear', found, todo };
  }
  const silent = [...others].filter(([, { is }]) => is !== 'denied').map(([center]) => center);
  if (silent.length > 0) {
    const found = `${said}: the key may belong to ${silent.join(' or ')}`;
    return { name, result: 'warning', code: 'data_center_unclear', found, todo: 'check again later' };
  }
  const compare =
    'compare the key with PX (Administration → REST API): it may be mistyped, revoked or of another subscription';
  const unread = `no data center lets the key read: ${said}`;
  // PX may answer 401 to a key that may only write, too.
  if (write?.is !== 'denied') {
    const todo = `${compare}, or it has no Read permission${write === undefined ? ': try --write' : ''}`;
    return { name, result: 'warning', code: 'data_center_unclear', found: unread, todo };
  }
  const found = `${unread}; ${configured} does not let it write: ${answerText(write)}`;
  const todo = `${compare}, or of another data center, with no Read permission`;
  return { name, result: 'failed', code: 'key_denied', found, todo };
}

/** The answers, that of the subscription first. */
export function answersOf({ subscription, user, account }: Reads): readonly Answer[] {
  return [subscription, user, account];
}

/** Whether PX denies the key, and lets it read nothing. */
export function isDenied(reads: Reads): boolean {
  const answers = answersOf(reads);
  return answers.some(({ is }) => is === 'denied') && !answers.some(({ is }) => is === 'answered');
}

/** Whether PX lets the key read anything, or write. */
export function isAccepted(reads: Reads, write: Answer | undefined): boolean {
  return (
    answersOf(reads).some(({ is }) => is === 'answered') || (write !== undefined && isWrite(write, reads))
  );
}

/**
 * Whether the answer to the update shows that the key may write. Another server answers 404 or 400 as well, so PX must have let the key read
 * something, or denied it; and PX does not refuse an update with an HTML page.
 */
export function isWrite(write: Answer, reads: Reads): boolean {
  const looksAtKeys = answersOf(reads).some(({ is }) => is === 'answered' || is === 'denied');
  return looksAtUpdate(write) && !write.html && looksAtKeys;
}

/** Whether the update is carried out, or refused for what it says: 404, or 400. */
export function looksAtUpdate({ is, status = 0 }: Answer): boolean {
  return is === 'answered' && (status === 404 || status === 400 || status < 300);
}

function setDataCenter(center: DataCenter): string {
  return `set dataCenter to "${center}" (or GAINSIGHT_PX_DATA_CENTER=${center})`;
}

interface ReadTrouble {
  readonly code: CheckCode;
  readonly result: 'failed' | 'warning';
  readonly is: readonly Answer['is'][];
  readonly todo: (answer: Answer) => string;
}

/** What keeps the key from reading; the first that fits any answer. */
const READ_TROUBLES: readonly ReadTrouble[] = [
  {
    code: 'read_denied',
    result: 'failed',
    is: ['denied'],
    todo: ({ html }) =>
      `give the key the Read permission in PX (Administration → REST API)${html ? '; an HTML page may also come from a proxy' : ''}`,
  },
  { code: 'read_throttled', result: 'failed', is: ['throttled'], todo: throttledTodo },
  {
    code: 'read_failed',
    result: 'failed',
    is: ['unavailable', 'unreachable', 'notPx'],
    todo: () => 'try again later',
  },
  {
    code: 'read_failed',
    result: 'warning',
    is: ['refused'],
    todo: () => 'check by hand what is not checked below',
  },
];

/** Whether the key may read. */
export function checkRead(reads: Reads): Check {
  const name = 'read';
  const parts = Object.entries(reads) as [keyof Reads, Answer][];
  for (const { code, result, is, todo } of READ_TROUBLES) {
    const affected = parts.filter(([, answer]) => is.includes(answer.is));
    const [first] = affected;
    if (first === undefined) continue;
    const found = affected
      .map(([part, answer]) => `${answerText(answer)} for ${READ_TEXTS[part]}`)
      .join(', ');
    return { name, result, code, found: `PX answers ${found}`, todo: todo(first[1]) };
  }
  return { name, result: 'ok', code: 'may_read', found: 'the key may read' };
}

export function throttledTodo(answer: Answer): string {
  const ms = answer.is === 'throttled' ? answer.retryAfterMs : undefined;
  const wait = ms === undefined ? 'wait a minute' : `wait ${Math.ceil(ms / 1000)} s`;
  return `${wait}, then check again: PX allows about 200 requests a second for all senders with this key`;
}
