import { check, type CheckInput } from '../../../src/cli/check/check';
import type { CheckName, CheckReport } from '../../../src/cli/check/report';
import type { DestinationConfig } from '../../../src/index';
import { createRouter, type Fetch } from '../../../src/router/index';

const KEY = 'secret-key-5b1f0c';
const CONFIG: DestinationConfig = { apiKey: KEY, productTagKey: 'AP-SHOP-2' };

type Reply = [status: number, body?: unknown, type?: string] | Error;
type Answer = (host: string, path: string, method: string) => Reply;

const JSON_TYPE = 'application/json';
const HTML: [string, string] = ['<html>', 'text/html'];
const OPEN: Answer = (_host, path, method) =>
  method === 'PUT'
    ? [404, {}]
    : path.endsWith('attributes')
      ? [200, []]
      : [200, { products: [{ propertyKey: 'AP-SHOP-2' }] }];

interface Sent {
  readonly method: string;
  readonly url: string;
}

const failing = (code: string): Error => Object.assign(new Error(`failed with ${KEY}`), { code });

/** Checks against a PX that answers so. */
async function checkWith(
  answer: Answer,
  {
    retryAfter,
    ...input
  }: Partial<Pick<CheckInput, 'config' | 'origin' | 'write'>> & { readonly retryAfter?: number } = {},
): Promise<{ report: CheckReport; sent: Sent[]; row: (name: CheckName) => CheckReport['checks'][number] }> {
  const sent: Sent[] = [];
  const fetch: Fetch = (url, { method }) => {
    sent.push({ method, url });
    const { host, pathname } = new URL(url);
    const reply = answer(host, pathname, method);
    if (reply instanceof Error) return Promise.reject(reply);
    const [status, body, type = JSON_TYPE] = reply;
    const headers = {
      'content-type': type,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    };
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    return Promise.resolve(new Response(status === 204 ? null : text, { status, headers }));
  };
  const router = createRouter({ fetch, maxAttempts: 1 });
  const report = await check({
    config: CONFIG,
    origin: undefined,
    write: false,
    configuration: [],
    ...input,
    router,
  });
  await router.close();
  expect(JSON.stringify(report)).not.toContain(KEY);
  const silent = [...report.checks, ...report.attributes].filter(
    ({ result, todo }) => result !== 'ok' && !todo,
  );
  expect(silent).toEqual([]);
  return { report, sent, row: (name) => report.checks.find((one) => one.name === name)! };
}

const codes = ({ checks }: CheckReport): Record<string, string> =>
  Object.fromEntries(checks.map(({ name, result, code }) => [name, `${result} ${code}`]));

test('of an account that fits all is ok, and nothing is sent that writes', async () => {
  const { report, sent } = await checkWith(OPEN);
  expect(codes(report)).toEqual({
    reachable: 'ok reached',
    dataCenter: 'ok data_center_right',
    read: 'ok may_read',
    productTagKey: 'ok tag_key_known',
    userAttributes: 'ok attributes_known',
    accountAttributes: 'ok attributes_known',
    attributeTypes: 'notChecked types_not_set',
    write: 'notChecked write_not_tried',
  });
  expect(report).toMatchObject({ ok: true, origin: 'https://api.aptrinsic.com' });
  expect(sent.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
    'GET https://api.aptrinsic.com/v1/admin/model/account/attributes',
    'GET https://api.aptrinsic.com/v1/admin/model/user/attributes',
    'GET https://api.aptrinsic.com/v1/admin/subscription',
  ]);
});

describe('reachable', () => {
  test.each([
    ['ENOTFOUND', 'name_unknown'],
    ['EAI_AGAIN', 'name_unknown'],
    ['ECONNREFUSED', 'connection_refused'],
    ['CERT_HAS_EXPIRED', 'tls_failed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timed_out'],
    ['ETIMEDOUT', 'timed_out'],
    ['ECONNRESET', 'connection_failed'],
    ['ENETUNREACH', 'connection_failed'],
  ])('%s is %s, and nothing else is asked', async (errorCode, code) => {
    const { report, sent, row } = await checkWith(() => failing(errorCode));
    expect(row('reachable')).toMatchObject({ result: 'failed', code, todo: expect.any(String) as string });
    expect(row('reachable').found).toContain(errorCode);
    expect(sent).toHaveLength(1);
    expect(report.ok).toBe(false);
    const others = report.checks.filter(({ name }) => name !== 'reachable');
    expect(others.every(({ code: other }) => other === 'not_checked')).toBe(true);
    expect(others).toHaveLength(7);
  });

  test.each<[string, Reply]>([
    ['a page with 200', [200, ...HTML]],
    ['JSON that is not an object', [200, 'true']],
    ['a redirect', [302, '']],
    ['a page with 404', [404, ...HTML]],
    ['a proxy that wants a login', [407, 'no']],
  ])('%s is not PX', async (_, reply) => {
    const { row, sent } = await checkWith(() => reply);
    expect(row('reachable')).toMatchObject({ result: 'failed', code: 'not_px' });
    expect(sent).toHaveLength(1);
  });

  test('a PX that is down answers 5xx, with a page or without', async () => {
    for (const reply of [
      [503, ...HTML],
      [500, {}],
    ] as Reply[]) {
      const { row, report } = await checkWith(() => reply);
      expect(row('reachable')).toMatchObject({ result: 'failed', code: 'px_unavailable' });
      expect(codes(report)).toMatchObject({
        read: 'failed read_failed',
        dataCenter: 'notChecked not_checked',
      });
    }
  });
});

describe('dataCenter', () => {
  const host = (name: string): string => name.replace(/^api-?|\.aptrinsic\.com$/g, '') || 'us';
  const byHost = (statuses: Record<string, number>): Answer => {
    return (name, path, method) => {
      const status = statuses[host(name)] ?? 0;
      return status === 200 ? OPEN(name, path, method) : [status, {}];
    };
  };

  test.each([
    ['US', { us: 401, eu: 200, us2: 401 }, 'failed data_center_wrong', '"EU"'],
    ['EU', { us: 403, eu: 403, us2: 200 }, 'failed data_center_wrong', '"US2"'],
    ['US2', { us: 401, eu: 401, us2: 401 }, 'warning data_center_unclear', '--write'],
    ['US', { us: 403, eu: 403, us2: 403 }, 'warning data_center_unclear', '--write'],
    ['US', { us: 403, eu: 401, us2: 401 }, 'warning data_center_unclear', 'Read permission'],
    ['US', { us: 401, eu: 403, us2: 401 }, 'warning data_center_unclear', '"EU"'],
    ['US', { us: 401, eu: 503, us2: 401 }, 'warning data_center_unclear', 'later'],
    ['US', { us: 401, eu: 403, us2: 429 }, 'warning data_center_unclear', '"EU"'],
  ] as const)('%s, %j: %s', async (dataCenter, statuses, expected, todo) => {
    const { report, row, sent } = await checkWith(byHost(statuses), { config: { ...CONFIG, dataCenter } });
    expect(codes(report)).toMatchObject({ dataCenter: expected, read: 'failed read_denied' });
    expect(row('dataCenter').todo).toContain(todo);
    expect(sent).toHaveLength(5);
    expect(sent.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('a key that may neither read nor write is denied', async () => {
    const { report, row } = await checkWith(() => [401, {}], { write: true });
    expect(codes(report)).toMatchObject({ dataCenter: 'failed key_denied', write: 'failed write_denied' });
    expect(row('dataCenter').todo).toContain('mistyped');
    expect(row('dataCenter').todo).toContain('no Read permission');
  });

  test.each<[string, Reply]>([
    ['too many', [429, {}]],
    ['down', [503, {}]],
    ['nothing', failing('ECONNRESET')],
  ])('where the write shows nothing (%s), it is unclear', async (_, reply) => {
    const { report } = await checkWith((_host, _path, method) => (method === 'PUT' ? reply : [401, {}]), {
      write: true,
    });
    expect(codes(report)).toMatchObject({ dataCenter: 'warning data_center_unclear' });
    expect(report.ok).toBe(false);
  });

  test.each<[string, Reply]>([
    ['403 with a page', [403, ...HTML]],
    ['401', [401, {}]],
  ])('a key that may not read (%s) shows its data center by what --write is answered', async (_, denial) => {
    const { report, sent } = await checkWith(
      (_host, _path, method) => (method === 'PUT' ? [404, {}] : denial),
      { write: true },
    );
    // The key is shown to no data center that it does not belong to.
    expect(new Set(sent.map(({ url }) => new URL(url).host))).toEqual(new Set(['api.aptrinsic.com']));
    expect(codes(report)).toMatchObject({
      reachable: 'ok reached',
      dataCenter: 'ok data_center_right',
      read: 'failed read_denied',
      write: 'ok may_write',
    });
  });

  test('no other is asked in place of PX', async () => {
    const { sent, report } = await checkWith(() => [401, {}], { origin: 'http://127.0.0.1:1' });
    expect(sent).toHaveLength(3);
    expect(codes(report)).toMatchObject({ dataCenter: 'notChecked not_checked' });
  });
});

describe('read', () => {
  const only =
    (part: string, reply: Reply): Answer =>
    (name, path, method) =>
      path.includes(part) ? reply : OPEN(name, path, method);

  test.each<[string, Reply, object]>([
    ['subscription', [403, ...HTML], { read: 'failed read_denied', productTagKey: 'notChecked not_checked' }],
    ['subscription', [404, {}], { read: 'warning read_failed', dataCenter: 'ok data_center_right' }],
    ['subscription', [429, {}], { read: 'failed read_throttled', productTagKey: 'notChecked not_checked' }],
    ['user', [401, {}], { read: 'failed read_denied', userAttributes: 'notChecked not_checked' }],
    ['account', [500, {}], { read: 'failed read_failed', accountAttributes: 'notChecked not_checked' }],
    ['account', failing('ECONNRESET'), { read: 'failed read_failed', reachable: 'ok reached' }],
    ['user', [200, { other: 1 }], { read: 'ok may_read', userAttributes: 'notChecked not_checked' }],
  ])('%s answers %j', async (part, reply, expected) => {
    const { report } = await checkWith(only(part, reply));
    expect(codes(report)).toMatchObject(expected);
  });

  test('a request that is not sent, because PX asks to wait, counts as throttled', async () => {
    const answer: Answer = () => [429, {}];
    const { row, report } = await checkWith((...of) => answer(...of), { write: true, retryAfter: 60 });
    expect(codes(report)).toMatchObject({ read: 'failed read_throttled', write: 'failed write_failed' });
    expect(row('read').found).toBe(
      'PX answers 429 for the subscription, 429 for the attributes of users, 429 for the attributes of accounts',
    );
    expect(row('read').todo).toContain('wait 60 s');
  });

  test('PX that finds nothing at any address shows nothing of the key', async () => {
    const { report } = await checkWith(() => [404, {}]);
    expect(codes(report)).toMatchObject({
      reachable: 'ok reached',
      dataCenter: 'notChecked not_checked',
      read: 'warning read_failed',
    });
  });

  test('nothing of what PX says with a refusal is shown', async () => {
    const { row } = await checkWith(only('subscription', [403, { externalapierror: { message: KEY } }]));
    expect(row('read').todo).toContain('Read permission');
  });
});

describe('productTagKey', () => {
  const products =
    (...tags: string[]): Answer =>
    (name, path, method) =>
      path.endsWith('subscription')
        ? [200, { items: tags.map((propertyKey) => ({ propertyKey })) }]
        : OPEN(name, path, method);

  test.each([
    [['AP-OTHER-2', 'AP-SHOP-2'], 'ok tag_key_known'],
    [['ap-shop-2'], 'failed tag_key_differs_by_case'],
    [['AP-SHOP-2-1', 'AP-OTHER-2'], 'warning tag_key_of_other_environment'],
    [['AP-OTHER-2', 'AP-SHO-2'], 'failed tag_key_unknown'],
    [[], 'notChecked tag_keys_not_listed'],
  ])('with %j: %s', async (tags, expected) => {
    const { report } = await checkWith(products(...tags));
    expect(codes(report)).toMatchObject({ productTagKey: expected });
  });

  test('names the products there are, not all of very many', async () => {
    const { row } = await checkWith(products(...Array.from({ length: 500 }, (_, at) => `AP-P${at}-2`)));
    expect(row('productTagKey').found).toContain('AP-P0-2, AP-P1-2');
    expect(row('productTagKey').found).toContain('and 492 more');
  });
});

describe('attributes', () => {
  const list = [
    { apiName: 'plan', type: 'STRING', state: 'ENABLED' },
    { apiName: 'seats', type: 'NUMBER', state: 'ENABLED' },
    { apiName: 'renewal', type: 'DATE_TIME', state: 'ENABLED' },
    { apiName: 'old', type: 'STRING', state: 'DISABLED' },
    { apiName: 'gone', type: 'STRING', state: 'DELETED' },
    { apiName: 'odd', type: 'LIST', state: 'ENABLED' },
  ];
  const withList: Answer = (name, path, method) =>
    path.endsWith('attributes') ? [200, list] : OPEN(name, path, method);

  test.each<[object, object]>([
    [{ to: 'plan' }, { result: 'ok', code: 'attribute_known', type: 'STRING' }],
    [
      { to: 'seats', type: 'NUMBER' },
      { result: 'ok', code: 'attribute_known', convertedTo: 'NUMBER' },
    ],
    [{ to: 'seats' }, { result: 'warning', code: 'attribute_type_unset', type: 'NUMBER' }],
    [
      { to: 'seats', type: 'STRING' },
      { result: 'failed', code: 'attribute_type_differs', convertedTo: 'STRING' },
    ],
    [
      { to: 'plan', type: 'NUMBER' },
      { result: 'failed', code: 'attribute_type_differs', type: 'STRING' },
    ],
    [{ to: 'old' }, { result: 'failed', code: 'attribute_disabled' }],
    [{ to: 'Plan' }, { result: 'failed', code: 'attribute_differs_by_case', meant: 'plan' }],
    [{ to: 'plna' }, { result: 'failed', code: 'attribute_unknown', meant: 'plan' }],
    [{ to: 'gone' }, { code: 'attribute_unknown', found: expect.stringContaining('deleted') as string }],
    [{ to: 'odd' }, { result: 'warning', code: 'attribute_type_other' }],
    [{ to: '__proto__' }, { result: 'failed', code: 'attribute_reserved' }],
    [{ to: 'toString' }, { result: 'failed', code: 'attribute_unknown' }],
  ])('a row %j: %j', async (row, expected) => {
    for (const object of ['user', 'account'] as const) {
      const config = { ...CONFIG, [`${object}AttributeMap`]: [{ from: 'a', ...row }, { from: 'b' }] };
      const { report } = await checkWith(withList, { config });
      expect(report.attributes).toEqual([expect.objectContaining({ object, from: 'a', ...expected })]);
    }
  });

  test('the type of attributeTypes counts where the row has none', async () => {
    const config: DestinationConfig = {
      ...CONFIG,
      userAttributeMap: [
        { from: 'a', to: 'seats' },
        { from: 'b', to: 'seats', type: 'NUMBER' },
      ],
      attributeTypes: { user: { seats: 'STRING' } },
    };
    const { report, row } = await checkWith(withList, { config });
    expect(report.attributes.map(({ code }) => code)).toEqual(['attribute_type_differs', 'attribute_known']);
    expect(report.attributes[0]!.todo).toBe('run gainsight-px attributes pull --save');
    expect(row('userAttributes')).toMatchObject({ result: 'failed', code: 'attributes_wrong' });
    expect(row('attributeTypes')).toMatchObject({ result: 'warning', code: 'types_outdated' });
  });

  test.each<[DestinationConfig['attributeTypes'], string]>([
    [
      { user: { plan: 'STRING', seats: 'NUMBER', renewal: 'DATE_TIME' }, disabled: { user: ['old'] } },
      'ok types_current',
    ],
    [{ user: { plan: 'STRING', seats: 'NUMBER', renewal: 'DATE_TIME' } }, 'warning types_outdated'],
    [{ user: {} }, 'warning types_outdated'],
    [{ user: null, account: null }, 'notChecked types_not_set'],
    [null, 'notChecked types_not_set'],
  ])('attributeTypes %j: %s', async (attributeTypes, expected) => {
    const { report } = await checkWith(withList, {
      config: { ...CONFIG, attributeTypes } as DestinationConfig,
    });
    expect(codes(report)).toMatchObject({ attributeTypes: expected });
  });

  test('attributeTypes of a list that was not read are not compared', async () => {
    const config: DestinationConfig = { ...CONFIG, attributeTypes: { user: {} } };
    const { report } = await checkWith(
      (name, path, method) => (path.includes('user') ? [403, {}] : OPEN(name, path, method)),
      { config },
    );
    expect(codes(report)).toMatchObject({ attributeTypes: 'notChecked not_checked' });
  });

  describe('of a list that may be one part of a longer one', () => {
    const onePart: Answer = (name, path, method) =>
      path.endsWith('attributes') ? [200, { list, totalHits: 500 }] : OPEN(name, path, method);

    test.each<[object, object]>([
      [{ to: 'plan' }, { result: 'ok', code: 'attribute_known' }],
      [{ to: 'plna' }, { result: 'warning', code: 'attribute_unknown' }],
      [{ to: 'Plan' }, { result: 'warning', code: 'attribute_differs_by_case' }],
      [{ to: 'gone' }, { result: 'warning', code: 'attribute_unknown' }],
      [{ to: 'old' }, { result: 'failed', code: 'attribute_disabled' }],
    ])('a row %j: %j', async (row, expected) => {
      const config = { ...CONFIG, userAttributeMap: [{ from: 'a', ...row }] };
      const { report } = await checkWith(onePart, { config });
      expect(report.attributes).toEqual([expect.objectContaining(expected)]);
    });

    test('a name that it does not hold is a warning, and attributeTypes are not compared', async () => {
      const config: DestinationConfig = {
        ...CONFIG,
        userAttributeMap: [{ from: 'a', to: 'tier' }],
        accountAttributeMap: [
          { from: 'a', to: 'tier' },
          { from: 'b', to: 'seats' },
        ],
        attributeTypes: { user: { plan: 'STRING' } },
      };
      const { report, row } = await checkWith(onePart, { config });
      expect(report.ok).toBe(true);
      expect(codes(report)).toMatchObject({
        userAttributes: 'warning attributes_not_listed',
        accountAttributes: 'warning attributes_not_listed',
        attributeTypes: 'notChecked not_checked',
      });
      expect(report.attributes[0]!.found).toContain('"totalHits"');
      expect(row('attributeTypes').found).toContain('"totalHits"');
      expect(row('accountAttributes').found).toContain('1 of 2 rows');
    });
  });

  test('without a type an attribute that is not text is a warning, which fails nothing', async () => {
    const config = { ...CONFIG, accountAttributeMap: [{ from: 'a', to: 'renewal' }] };
    const { report } = await checkWith(withList, { config });
    expect(codes(report)).toMatchObject({ accountAttributes: 'warning attributes_untyped' });
    expect(report.ok).toBe(true);
  });
});

describe('write', () => {
  const writing =
    (reply: Reply): Answer =>
    (name, path, method) =>
      method === 'GET' ? OPEN(name, path, method) : reply;

  test.each<[Reply, string]>([
    [[404, {}], 'ok may_write'],
    [[400, {}], 'ok may_write'],
    [[400, ...HTML], 'warning write_unclear'],
    [[204], 'warning write_accepted'],
    [[200, {}], 'warning write_accepted'],
    [[401, {}], 'failed write_denied'],
    [[403, ...HTML], 'failed write_denied'],
    [[404, ...HTML], 'failed write_failed'],
    [[429, {}], 'failed write_failed'],
    [[405, {}], 'failed write_failed'],
    [[500, {}], 'failed write_failed'],
    [failing('ECONNRESET'), 'failed write_failed'],
  ])('%j: %s', async (reply, expected) => {
    const { report, sent } = await checkWith(writing(reply), { write: true });
    expect(codes(report)).toMatchObject({ write: expected, read: 'ok may_read' });
    const writes = sent.filter(({ method }) => method !== 'GET');
    expect(writes).toEqual([
      {
        method: 'PUT',
        url: expect.stringMatching(/\/v1\/users\/gainsight-px-check-[0-9a-f-]{36}$/) as string,
      },
    ]);
  });

  test.each<[string, Reply, Reply, string]>([
    ['finds nothing at any address', [404, {}], [404, {}], 'warning write_unclear'],
    ['refuses all', [400, {}], [400, {}], 'warning write_unclear'],
    ['refuses all with a page', [400, ...HTML], [400, ...HTML], 'warning write_unclear'],
    ['denies reads, and does not know updates', [401, {}], [405, {}], 'failed write_failed'],
    ['accepts the update only', [404, {}], [204], 'warning write_accepted'],
    ['wants all to wait', [429, {}], [404, {}], 'warning write_unclear'],
    ['denies reads', [401, {}], [404, {}], 'ok may_write'],
    ['denies reads with a page', [403, ...HTML], [404, {}], 'ok may_write'],
    ['denies reads, and refuses writes with a page', [401, {}], [400, ...HTML], 'warning write_unclear'],
  ])('of a server that %s', async (_, read, write, expected) => {
    const { report } = await checkWith((_host, _path, method) => (method === 'PUT' ? write : read), {
      write: true,
    });
    expect(codes(report).write).toBe(expected);
    expect(codes(report).dataCenter === 'ok data_center_right').toBe(expected === 'ok may_write');
  });

  test('asks for another user each time', async () => {
    const urls = await Promise.all(
      [1, 2].map(
        async () => (await checkWith(OPEN, { write: true })).sent.find(({ method }) => method === 'PUT')!.url,
      ),
    );
    expect(urls[0]).not.toBe(urls[1]);
  });

  test('is not tried where PX does not answer', async () => {
    const { sent } = await checkWith(() => failing('ECONNREFUSED'), { write: true });
    expect(sent).toHaveLength(1);
  });
});
