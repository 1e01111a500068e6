import { readRedisSettings, redisAddress } from '../../src/redis/connection/settings';

const PASSWORD = 'tr%40p-d00r';

test.each([
  ['redis://127.0.0.1', { host: '127.0.0.1', port: 6379, database: 0, tls: false }],
  ['redis://redis.example.com:7000/3', { host: 'redis.example.com', port: 7000, database: 3, tls: false }],
  [
    'rediss://px@redis.example.com/',
    { host: 'redis.example.com', port: 6379, database: 0, tls: true, username: 'px' },
  ],
  ['redis://[::1]:6380', { host: '::1', port: 6380, database: 0, tls: false }],
])('%s', (url, expected) => {
  expect(readRedisSettings(url, {})).toEqual(expected);
});

test('nothing is shared when neither the option nor the environment names a Redis', () => {
  expect(readRedisSettings(undefined, {})).toBeUndefined();
  expect(
    readRedisSettings(undefined, { GAINSIGHT_PX_REDIS_URL: '', GAINSIGHT_PX_REDIS_PASSWORD: 'x' }),
  ).toBeUndefined();
});

test('the environment may hold the password, in the URL or by itself', () => {
  const url = `redis://px:${PASSWORD}@redis.example.com`;
  expect(readRedisSettings(undefined, { GAINSIGHT_PX_REDIS_URL: url })).toMatchObject({
    username: 'px',
    password: 'tr@p-d00r',
  });
  expect(readRedisSettings('redis://h', { GAINSIGHT_PX_REDIS_PASSWORD: 'a b' })).toMatchObject({
    host: 'h',
    password: 'a b',
  });
  const both = { GAINSIGHT_PX_REDIS_URL: url, GAINSIGHT_PX_REDIS_PASSWORD: 'other' };
  expect(readRedisSettings(undefined, both)).toMatchObject({ host: 'redis.example.com', password: 'other' });
  expect(readRedisSettings('redis://h', both)).toMatchObject({ host: 'h', password: 'other' });
});

test.each([
  `redis://:${PASSWORD}@127.0.0.1`,
  `redis://px:${PASSWORD}@127.0.0.1:6379/1`,
  `rediss://px:${PASSWORD}@redis.example.com`,
])(
  'an argument with a password is refused, and the text names where it belongs and not what it is',
  (url) => {
    const refuse = (): unknown => readRedisSettings(url, {});
    expect(refuse).toThrow(/GAINSIGHT_PX_REDIS_PASSWORD.*GAINSIGHT_PX_REDIS_URL/);
    expect(refuse).toThrow(expect.objectContaining({ message: expect.not.stringContaining('d00r') }));
  },
);

test.each([
  '',
  'localhost:6379',
  'http://127.0.0.1:6379',
  `redis://px:${PASSWORD}@`,
  `redis://px:${PASSWORD}@h:99999`,
  `redis://px:${PASSWORD}@h/one`,
  `redis://px:${PASSWORD}@h/1/2`,
  `redis://px:${PASSWORD}@h?x=1`,
  `redis://px:${PASSWORD}%E0%A4%A@h`,
  'redis:///var/run/redis.sock',
])('%j is not the URL of a Redis, and the error does not show it', (url) => {
  const option = (): unknown => readRedisSettings(url, {});
  expect(option).toThrow(/^--redis: expected a URL/);
  expect(option).toThrow(expect.objectContaining({ message: expect.not.stringContaining('d00r') }));
  if (url === '') return;
  const variable = (): unknown => readRedisSettings(undefined, { GAINSIGHT_PX_REDIS_URL: url });
  expect(variable).toThrow(/^GAINSIGHT_PX_REDIS_URL: expected a URL/);
  expect(variable).toThrow(expect.objectContaining({ message: expect.not.stringContaining('d00r') }));
});

test('the address for a log has neither user nor password', () => {
  const settings = readRedisSettings(undefined, { GAINSIGHT_PX_REDIS_URL: `redis://px:${PASSWORD}@h:1` })!;
  expect(redisAddress(settings)).toBe('h:1');
});
