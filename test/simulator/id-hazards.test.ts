import { createConnection } from 'node:net';
import { account, startPx, stopAll, user, type Px } from './px-client';

const HAZARDS = [
  'a/b',
  'u1?x=1',
  'x/../victim',
  '..',
  '50%off',
  'a;b=c',
  'a+b',
  'update',
  'ada@example.com',
  '🦜',
  'x'.repeat(20_000),
];
const NEIGHBOURS = ['a', 'b', 'u1', 'x', 'victim', '50', '50off', 'a b', 'a/b/c', 'v1', 'delete', 'denylist'];

let px: Px;
beforeEach(async () => {
  px = await startPx();
});
afterEach(stopAll);

const populate = async () => {
  for (const id of [...HAZARDS, ...NEIGHBOURS]) {
    expect((await px.call('POST', '/v1/users', user(id))).status).toBe(201);
    expect((await px.call('POST', '/v1/accounts', account(id))).status).toBe(201);
  }
};

const changed = (records: ReadonlyMap<string, Readonly<Record<string, unknown>>>) =>
  [...records].filter(([, record]) => (record.propertyKeys as string[])[0] === 'changed').map(([id]) => id);

describe('the body form reaches exactly its own object:', () => {
  test.each(HAZARDS.map((id) => [id.slice(0, 20), id]))('%s', async (_short, id) => {
    await populate();
    expect(
      (await px.call('PUT', '/v1/users/update', { identifyId: id, propertyKeys: ['changed'] })).status,
    ).toBe(204);
    expect((await px.call('PUT', '/v1/accounts/update', { id, propertyKeys: ['changed'] })).status).toBe(204);
    expect((await px.call('PUT', '/v1/user/preferences', { identifyId: id, surveys: false })).status).toBe(
      204,
    );
    const read = await px.call('POST', '/v1/user/preferences', { identifyId: id });
    expect(JSON.parse(read.text)).toMatchObject({ surveys: false });
    const { users, accounts, preferences } = px.simulator.state;
    expect(changed(users)).toEqual([id]);
    expect(changed(accounts)).toEqual([id]);
    expect([...preferences.keys()]).toEqual([id]);

    expect((await px.call('DELETE', '/v1/users/delete?hardDelete=true', { identifyId: id })).status).toBe(
      204,
    );
    expect([...users.keys()].sort()).toEqual(
      [...HAZARDS, ...NEIGHBOURS].filter((other) => other !== id).sort(),
    );
  });
});

describe('a path reads an id as a Java web server does:', () => {
  const put = (path: string) => px.call('PUT', path, { propertyKeys: ['changed'] });

  test.each([
    ['an e-mail address is itself', '/v1/users/ada@example.com', 'ada@example.com'],
    ['an encoded one too', '/v1/users/ada%40example.com', 'ada@example.com'],
    ['an emoji comes encoded', '/v1/users/%F0%9F%A6%9C', '🦜'],
    ['a plus is a plus', '/v1/users/a+b', 'a+b'],
    ['an encoded plus too', '/v1/users/a%2Bb', 'a+b'],
    ['an encoded blank is a blank', '/v1/users/a%20b', 'a b'],
    ['a parameter is cut off', '/v1/users/a;b=c', 'a'],
    ['an encoded semicolon is data', '/v1/users/a%3Bb=c', 'a;b=c'],
    ['the query does not belong to it', '/v1/users/u1?x=1', 'u1'],
    ['an encoded question mark is data', '/v1/users/u1%3Fx=1', 'u1?x=1'],
    ['dot segments are resolved, and so reach another object', '/v1/users/x/../victim', 'victim'],
    ['encoded ones too', '/v1/users/x/%2e%2E/victim', 'victim'],
    ['those with a parameter too', '/v1/users/x/..;y/victim', 'victim'],
    ['single dots vanish', '/v1/users/./%2e/victim', 'victim'],
    ['empty segments vanish', '/v1//users///victim', 'victim'],
    ['it may come with an origin', 'http://px.example/v1/users/victim', 'victim'],
  ])('%s', async (_claim, path, id) => {
    await populate();
    expect((await put(path)).status).toBe(204);
    expect(changed(px.simulator.state.users)).toEqual([id]);
    expect(changed(px.simulator.state.accounts)).toEqual([]);
  });

  test.each([
    ['an encoded slash', '/v1/users/a%2Fb'],
    ['one in lower case', '/v1/users/a%2fb'],
    ['an encoded backslash', '/v1/users/a%5Cb'],
    ['a backslash', '/v1/users/a\\b'],
    ['an encoded percent', '/v1/users/50%25off'],
    ['a percent without two digits', '/v1/users/50%off'],
    ['a percent at the end', '/v1/users/50%'],
    ['an encoded NUL', '/v1/users/a%00'],
    ['an encoded line break', '/v1/users/a%0Ab'],
    ['half a UTF-8 sequence', '/v1/users/%F0%9F'],
    ['an overlong slash', '/v1/users/a%C0%AFb'],
    ['a way above the root', '/v1/../../users/victim'],
    ['a fragment', '/v1/users/a#b'],
    ['raw text outside ASCII', '/v1/users/é'],
    ['a raw brace', '/v1/users/{id}'],
    ['20,000 characters', `/v1/users/${'x'.repeat(20_000)}`],
  ])('%s is 400, and reaches nothing', async (_claim, path) => {
    await populate();
    expect((await put(path)).status).toBe(400);
    expect(changed(px.simulator.state.users)).toEqual([]);
  });

  test.each([
    ['/v1/users/..', 404],
    ['/v1/users/.', 405],
    ['/v1/users/', 405],
    ['/v1/users/%2e%2e', 404],
  ])('%s loses its id', async (path, status) => {
    await populate();
    expect((await put(path)).status).toBe(status);
    expect(px.simulator.requests.byRoute.unknown).toBe(1);
    expect(changed(px.simulator.state.users)).toEqual([]);
  });

  test.each([
    ['PUT', '/v1/users/update', 400],
    ['GET', '/v1/users/update', 405],
    ['PUT', '/v1/users/delete', 405],
    ['DELETE', '/v1/users/update', 405],
    ['PUT', '/v1/users/denylist', 404],
    ['PUT', '/v1/accounts/update', 400],
    ['PUT', '/v1/users/%75pdate', 400],
  ])('%s %s is a route, not an id', async (method, path, status) => {
    await populate();
    expect((await px.call(method, path, { propertyKeys: ['changed'] })).status).toBe(status);
    expect(changed(px.simulator.state.users)).toEqual([]);
  });

  test('a line that is not HTTP is 400', async () => {
    const { port } = new URL(px.origin);
    const text = await new Promise<string>((resolve) => {
      let received = '';
      const socket = createConnection(Number(port), '127.0.0.1', () =>
        socket.write('PUT /v1/users/a b HTTP/1.1\r\n\r\n'),
      );
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('close', () => resolve(received));
    });
    expect(text).toMatch(/^HTTP\/1.1 400 /);
  });
});
