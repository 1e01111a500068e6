import type { ServiceOptions } from '../../../src/service';
import { cleanUp, identify, job, world } from '../running-service';

afterEach(cleanUp);

const TOKEN = 'live-token-55bb02';
const PAGE = '<!doctype html><title>live</title>';

async function watched(options: ServiceOptions = {}) {
  const here = await world({ live: { page: PAGE }, ...options });
  const ask = (
    headers: Record<string, string> = {},
    url = '/live/events',
    method: 'GET' | 'HEAD' | 'OPTIONS' = 'GET',
  ) => here.service.inject({ method, url, headers });
  const status = async (headers?: Record<string, string>, url?: string): Promise<number> =>
    (await ask(headers, url)).statusCode;
  return { ...here, ask, status };
}

describe('off', () => {
  test('there are no such paths, and nothing is kept', async () => {
    const { get, route } = await world();
    await route([job(1, identify('u1'))]);
    for (const path of ['/live', '/live/events']) {
      const { status, body } = await get(path);
      expect([status, body]).toEqual([500, { error: 'this service has no such route' }]);
    }
  });

  test('without a page, only the events are served', async () => {
    const { get } = await world({ live: {} });
    expect((await get('/live')).status).toBe(500);
    expect((await get('/live/events')).status).toBe(200);
  });
});

describe('without a token', () => {
  test.each([
    'localhost',
    'localhost:9090',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.0.0.1:9090',
    '127.8.9.1',
    '[::1]',
    '[::1]:80',
  ])('Host: %s is this machine', async (host) => {
    const { status } = await watched();
    expect(await status({ host })).toBe(200);
    expect(await status({ host }, '/live')).toBe(200);
  });

  test.each([
    'example.com',
    'example.com:9090',
    '127.0.0.1.example.com',
    'localhost.example.com:9090',
    'example.com@127.0.0.1',
    '127.0.0.1:9090@example.com',
    '127.0.0.1#example.com',
    'example.com/127.0.0.1',
    '192.168.1.10:9090',
    '0.0.0.0:9090',
    '[::]:9090',
    '[::ffff:10.0.0.1]',
    '10.0.0.1',
    'xlocalhost',
    ' ',
    '[',
  ])('Host: %s may be a name that leads here (DNS rebinding): 403 without data', async (host) => {
    const { ask } = await watched();
    for (const url of ['/live', '/live/events']) {
      const reply = await ask({ host }, url);
      expect([reply.statusCode, reply.json()]).toEqual([
        403,
        { error: expect.stringContaining('GAINSIGHT_PX_LIVE_TOKEN') },
      ]);
    }
  });

  test.each([
    'forwarded',
    'via',
    'x-real-ip',
    'cf-connecting-ip',
    'cf-connecting-ipv6',
    'true-client-ip',
    'x-forwarded',
    'x-forwarded-for',
    'X-Forwarded-Proto',
    'x-forwarded-host',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-forwarded-client-cert',
    'x-original-forwarded-for',
    'x-client-ip',
    'x-cluster-client-ip',
    'fastly-client-ip',
    'x-original-host',
    'x-envoy-external-address',
  ])('what a proxy passes on (%s) is refused, as the proxy may serve anybody', async (name) => {
    const { status } = await watched();
    for (const value of ['127.0.0.1', ''])
      for (const path of ['/live', '/live/events']) expect(await status({ [name]: value }, path)).toBe(403);
  });

  test.each(['x-forward', 'x-request-id', 'x-avia', 'user-agent'])(
    'what other clients send (%s) is taken',
    async (name) => {
      const { status } = await watched();
      expect(await status({ [name]: '127.0.0.1' })).toBe(200);
    },
  );

  test.each(['0.0.0.0', '::', '192.0.2.1', 'example.com', '::ffff:0.0.0.0', '10.0.0.1'])(
    'it does not listen on %s',
    async (host) => {
      const { service } = await watched();
      await expect(service.listen({ host, port: 0 })).rejects.toThrow(/live.token: needed where/);
    },
  );

  test.each(['127.0.0.1', 'localhost'])('it listens on %s', async (host) => {
    const { service } = await watched();
    const { origin } = await service.listen({ host, port: 0 });
    expect((await fetch(`${origin}/live/events`)).status).toBe(200);
    expect(await (await fetch(`${origin}/live`)).text()).toBe(PAGE);
  });
});

describe('with a token', () => {
  const live = { page: PAGE, token: TOKEN };

  test('it listens on any address', async () => {
    const { service } = await watched({ live });
    const { port } = await service.listen({ host: '0.0.0.0', port: 0 });
    expect((await fetch(`http://127.0.0.1:${port}/live/events`)).status).toBe(401);
  });

  test.each([`Bearer ${TOKEN}`, `bearer  ${TOKEN} `])(
    '%s is let in, under any name and through any proxy',
    async (authorization) => {
      const { status } = await watched({ live });
      expect(await status({ authorization, host: 'px.example.com', 'x-forwarded-for': '192.0.2.1' })).toBe(
        200,
      );
    },
  );

  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ['another one', { authorization: 'Bearer live-token-55bb03' }],
    ['a part of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['more than it', { authorization: `Bearer ${TOKEN}2` }],
    ['it in other case', { authorization: `Bearer ${TOKEN.toUpperCase()}` }],
    ['it alone', { authorization: TOKEN }],
    ['an empty one', { authorization: 'Bearer ' }],
    [
      'it for Basic, which a browser sends for other sites too',
      {
        authorization: `Basic ${Buffer.from(`${TOKEN}:`).toString('base64')}`,
      },
    ],
  ])(
    '%s is 401 on loopback too, for every method, without a word of the events or of the log',
    async (_, headers) => {
      const { ask, route, logged } = await watched({ live });
      await route([job(1, identify('ada'))]);
      for (const method of ['GET', 'HEAD'] as const) {
        const reply = await ask(headers, '/live/events?user=ada', method);
        expect([reply.statusCode, reply.headers['www-authenticate']]).toEqual([401, 'Bearer']);
        expect(reply.body).not.toContain('ada');
      }
      expect(logged()).not.toContain('token');
      expect(logged()).not.toContain('ada');
    },
  );

  test('a token in the URL is no token', async () => {
    const { status } = await watched({ live });
    expect(await status({}, `/live/events?token=${TOKEN}&authorization=${TOKEN}`)).toBe(401);
  });

  test('the page needs none: it holds no data, and asks for it', async () => {
    const { ask } = await watched({ live });
    const { statusCode, body } = await ask({ host: 'px.example.com' }, '/live');
    expect([statusCode, body]).toEqual([200, PAGE]);
  });

  test.each(['short', 'with a blank in the middle', 'with:a:colon:in:the:middle', '', 5])(
    '%s is refused at the start, and not shown',
    async (token) => {
      const refused = world({ live: { token: token as string } });
      await expect(refused).rejects.toThrow(/^live.token: expected 16 to 200 printable ASCII characters/);
    },
  );
});

describe.each<[string, ServiceOptions, Record<string, string>]>([
  ['without a token', {}, {}],
  ['with the token', { live: { page: PAGE, token: TOKEN } }, { authorization: `Bearer ${TOKEN}` }],
])('a page of another site, %s', (_, options, allowed) => {
  test.each<[string, Record<string, string>]>([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ['of another origin', { origin: 'https://example.com' }],
    ['of a file', { origin: 'null' }],
    ['of another port', { origin: 'http://localhost:3000', host: 'localhost:9090' }],
  ])('%s gets nothing', async (_name, headers) => {
    const { ask } = await watched(options);
    const reply = await ask({ ...allowed, ...headers });
    expect([reply.statusCode, reply.json()]).toEqual([
      403,
      { error: 'a page of another site may not read this' },
    ]);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['its own page', { 'sec-fetch-site': 'same-origin' }],
    ['an address that somebody enters', { 'sec-fetch-site': 'none' }],
    ['its own origin', { origin: 'http://localhost:9090', host: 'localhost:9090' }],
  ])('%s gets the events', async (_name, headers) => {
    const { status } = await watched(options);
    expect(await status({ ...allowed, ...headers })).toBe(200);
  });

  test('there is no pre-flight', async () => {
    const { ask } = await watched(options);
    const reply = await ask(
      { ...allowed, origin: 'https://example.com', 'access-control-request-headers': 'authorization' },
      '/live/events',
      'OPTIONS',
    );
    expect(reply.statusCode).toBe(500);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

test.each(['/live/', '//live/?a=b'])('%s leads to the page, which reads what is beside it', async (url) => {
  const { service } = await watched();
  const { origin } = await service.listen({ port: 0 });
  const reply = await fetch(origin + url);
  expect(await reply.text()).toBe(PAGE);
  expect((await fetch(new URL('live/events', reply.url))).status).toBe(200);
});

describe('headers', () => {
  const SAFE = {
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
  };

  test('no answer is stored, sniffed, framed or named to others: also a refusal', async () => {
    const { ask } = await watched();
    expect((await ask()).headers).toMatchObject({
      ...SAFE,
      'content-type': 'application/json; charset=utf-8',
    });
    expect((await ask({}, '/live')).headers).toMatchObject({
      ...SAFE,
      'content-type': 'text/html; charset=utf-8',
    });
    expect((await ask({ host: 'example.com' })).headers).toMatchObject(SAFE);
    expect((await ask({}, '/live/events?limit=x')).headers).toMatchObject(SAFE);
    const { ask: withToken } = await watched({ live: { token: TOKEN } });
    expect((await withToken()).headers).toMatchObject(SAFE);
  });
});

test('polling fills no log', async () => {
  const { ask, logged } = await watched();
  await ask();
  expect(logged()).toBe('');
  await ask({ host: 'example.com' });
  expect(logged()).toContain('"status":403');
});
