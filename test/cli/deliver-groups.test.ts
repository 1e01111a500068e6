import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Summary } from '../../src/cli/deliver/report/summary';
import { createSimulator, type Simulator } from '../../src/simulator/index';
import { cleanUp, cli, CONFIG, tempFile } from './cli';

/** The messages of the benchmark: a module that only Node itself can import. */
const MESSAGES = path.resolve(__dirname, '../../bench/messages.mjs');
const COUNT = 1000;

interface Message {
  readonly type: string;
  readonly userId: string;
  readonly groupId?: string;
  readonly traits?: Readonly<Record<string, unknown>>;
}

let mixed: readonly Message[];
let simulator: Simulator;
let origin: string;

beforeAll(() => {
  const code = `import(${JSON.stringify(MESSAGES)}).then(({ mixedMessages }) => process.stdout.write(mixedMessages(${COUNT}).join('\\n')))`;
  const lines = execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }).split('\n');
  mixed = lines.map((line, at) => {
    const message = JSON.parse(line) as Message;
    // What tells an older message of an account from a newer one.
    return message.type === 'group' ? { ...message, traits: { ...message.traits, plan: `${at}` } } : message;
  });
});

beforeEach(async () => {
  simulator = createSimulator({ apiKey: CONFIG.apiKey });
  ({ origin } = await simulator.listen());
});

afterEach(async () => {
  await simulator.close();
  await cleanUp();
});

type MissingUser = 'fail' | 'skip' | undefined;

async function deliver(file: string, missingUserOnGroup: MissingUser, rejected: string): Promise<Run> {
  const config = tempFile('config.json', { ...CONFIG, missingUserOnGroup });
  const target = ['--config', config, '--px-url', origin, '--requests-per-second', 'none'];
  const { code, stdout } = await cli(['deliver', file, '--json', ...target, '--rejected', rejected]);
  return { ...(JSON.parse(stdout) as Summary), code };
}
type Run = Summary & { readonly code: number };

const fileOf = (messages: readonly Message[]): string =>
  tempFile('messages.jsonl', messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
const newFile = (): string => `${tempFile('x', '')}.rejected.jsonl`;
const groupsOf = (messages: readonly Message[]): Message[] => messages.filter(({ type }) => type === 'group');

/** By user or account, what the last message of the input says. */
function last(
  messages: readonly Message[],
  key: 'userId' | 'groupId',
  value: (message: Message) => unknown,
): object {
  return Object.fromEntries(messages.map((message) => [message[key]!, value(message)]));
}

function inPx(objects: ReadonlyMap<string, object>, ids: object, field: string): object {
  return Object.fromEntries(
    Object.keys(ids).map((id) => [id, (objects.get(id) as Record<string, unknown> | undefined)?.[field]]),
  );
}

/** Every user is linked to the account of its last group message, and has the traits of its last identify. */
function expectLinks(messages: readonly Message[]): void {
  const { users } = simulator.state;
  const links = last(groupsOf(messages), 'userId', ({ groupId }) => groupId);
  expect(Object.keys(links).length).toBeGreaterThan(50);
  expect(inPx(users, links, 'accountId')).toEqual(links);
  const identifies = messages.filter(({ type }) => type === 'identify');
  const scores = last(identifies, 'userId', ({ traits }) => traits!.score);
  expect(inPx(users, scores, 'score')).toEqual(scores);
}

/** No account has traits of an older message than its last one. */
function expectNewestAccounts(messages: readonly Message[]): void {
  const plans = last(groupsOf(messages), 'groupId', ({ traits }) => traits!.plan);
  expect(inPx(simulator.state.accounts, plans, 'plan')).toEqual(plans);
}

/** The same with every group before the identify of its user. */
function groupsFirst(): Message[] {
  return [...groupsOf(mixed), ...mixed.filter(({ type }) => type !== 'group')];
}

const ORDERS: readonly [string, () => readonly Message[]][] = [
  ['mixed messages', () => mixed],
  ['the same, groups before their identifies', groupsFirst],
];

test.each(ORDERS)(
  '%s to an empty PX, by default: all are delivered, and every link is there',
  async (_name, order) => {
    const messages = order();
    const run = await deliver(fileOf(messages), undefined, newFile());
    expect(run).toMatchObject({
      code: 0,
      messages: { delivered: COUNT, rejected: 0, retryable: 0 },
      linksSkipped: 0,
      goOn: [],
    });
    expectLinks(messages);
    expectNewestAccounts(messages);

    // Once PX knows all of them, a message costs one request, and a group two.
    const again = await deliver(fileOf(messages), undefined, newFile());
    expect(again).toMatchObject({ code: 0, requests: { total: COUNT + groupsOf(messages).length } });
    expectLinks(messages);
    expectNewestAccounts(messages);
  },
);

test.each(ORDERS)(
  '%s, with fail: what is rejected holds up nothing, and a replay links the rest',
  async (_name, order) => {
    const identified = new Set(mixed.filter(({ type }) => type === 'identify').map(({ userId }) => userId));
    const messages = order();
    const rejected = newFile();
    const run = await deliver(fileOf(messages), 'fail', rejected);
    const { byCode } = run.rejected;
    expect(byCode).toEqual([{ code: 'user_not_found', retryable: true, count: run.messages.rejected }]);
    expect(run).toMatchObject({ code: 1, messages: { delivered: COUNT - run.messages.rejected } });
    expect(run.messages.byType).toMatchObject({ identify: { rejected: 0 }, track: { rejected: 0 } });
    expect(run.goOn[0]).toContain(rejected);

    const left = newFile();
    const replay = await deliver(rejected, 'fail', left);
    // Users without any identify are never created.
    const strangers = groupsOf(messages).filter(({ userId }) => !identified.has(userId));
    expect(strangers.length).toBeGreaterThan(0);
    expect(replay).toMatchObject({
      code: 1,
      messages: { read: run.messages.rejected, rejected: strangers.length, retryable: strangers.length },
    });
    expectLinks(messages.filter(({ userId }) => identified.has(userId)));
    const lines = readFileSync(left, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { message: Message }).message)).toEqual(strangers);

    // They stay worth it: once they are there, nothing is left.
    const identifies = strangers.map(({ userId }) => ({ type: 'identify', userId, traits: {} }));
    await deliver(fileOf(identifies), 'fail', newFile());
    const end = await deliver(left, 'fail', newFile());
    expect(end).toMatchObject({ code: 0, messages: { delivered: strangers.length, rejected: 0 }, goOn: [] });
    expectLinks(messages);
  },
);

test.each(ORDERS)('%s, with skip: all are delivered, and missing links are counted', async (_name, order) => {
  const messages = order();
  const run = await deliver(fileOf(messages), 'skip', newFile());
  expect(run).toMatchObject({ code: 0, messages: { delivered: COUNT, rejected: 0 } });
  const known = new Set<string>();
  const linked = new Map<string, string>();
  let skipped = 0;
  for (const { type, userId, groupId } of messages) {
    if (type === 'identify') known.add(userId);
    else if (type === 'group' && known.has(userId)) linked.set(userId, groupId!);
    else if (type === 'group') skipped += 1;
  }
  expect(skipped).toBeGreaterThan(20);
  expect(run.linksSkipped).toBe(skipped);
  const { users } = simulator.state;
  const links = [...users].flatMap(([id, { accountId }]) =>
    accountId === undefined ? [] : [[id, accountId]],
  );
  expect(Object.fromEntries(links)).toEqual(Object.fromEntries(linked));
  expectNewestAccounts(messages);
});

test('the summary says how many links are missing, and a dry run counts those that are sure to be', async () => {
  const messages = [
    { type: 'group', userId: 'nobody', groupId: 'acme' },
    { type: 'group', groupId: 'acme', traits: {} },
  ] as unknown as Message[];
  const config = tempFile('config.json', { ...CONFIG, missingUserOnGroup: 'skip' });
  const words = ['deliver', fileOf(messages), '--config', config];
  const { stdout } = await cli([...words, '--px-url', origin]);
  expect(stdout).toContain('2 group messages without the link to a user (missingUserOnGroup: skip)');
  const dry = JSON.parse((await cli([...words, '--dry-run', '--json'])).stdout) as Summary;
  expect(dry.linksSkipped).toBe(1);
});
