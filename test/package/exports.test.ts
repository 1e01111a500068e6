import { Consumer } from './consumer';
import { doors, readDoor } from './declarations';

let consumer: Consumer;
beforeAll(() => {
  consumer = new Consumer();
});
afterAll(() => {
  consumer.remove();
});

const specifier = (door: string): string => `gainsight-px${door.slice(1)}`;

/** The line that a fault is on. */
const lineOf = (fault: string): number => Number(/:(\d+) /.exec(fault)![1]);

/** The doors that need nothing of Node, and so none of its types. */
const BARE = ['.', './router'];

describe.each(doors())('%s', (door, declarations) => {
  const { exported, named, missing } = readDoor(declarations);

  test('exports every type that a signature of it names', () => {
    expect(missing).toEqual([]);
    expect(named.length).toBeGreaterThan(2);
  });

  test('a consumer can name all of it, and its declarations are sound by themselves', () => {
    const names = [...new Set([...exported, ...named])].join(', ');
    const text = `export type { ${names} } from '${specifier(door)}';\n`;
    expect(consumer.faultsOf('names.mts', text, BARE.includes(door) ? [] : ['node'])).toEqual([]);
  });
});

const CONFIG = `{ apiKey: 'k', productTagKey: 'AP-EXAMPLE-2' }`;

describe('an event', () => {
  const TYPED = `
    import { compile, explain, process, processMessage, type RudderMessage } from 'gainsight-px';
    interface Traits { email: string }
    interface Identify { type: 'identify'; userId: string; traits: Traits; sentAt: string }
    interface Anonymous { anonymousId: string; event: string }
    class Message { readonly type = 'track'; readonly userId = 'u'; readonly event = 'E' }
    declare const identify: Identify;
    declare const anonymous: Readonly<Anonymous>;
    declare const parsed: Record<string, unknown>;
    const literal: RudderMessage = { type: 'track', userId: 'u', event: 'E', sentAt: 'now' };
    const destination = compile(${CONFIG});
    for (const take of [destination.process, destination.explain]) {
      take(identify); take(anonymous); take(new Message()); take(parsed); take(literal); take({ type: 'track', channel: 'web' });
    }
    for (const take of [process, processMessage, explain]) {
      take(identify, ${CONFIG}); take(anonymous, ${CONFIG}); take(new Message(), ${CONFIG}); take(parsed, ${CONFIG}); take(literal, ${CONFIG});
      take({ type: 'track', channel: 'web' }, ${CONFIG});
    }`;

  test('that an interface, a class or a record types is taken without a cast', () => {
    expect(consumer.faultsOf('event.mts', TYPED)).toEqual([]);
  });

  test('that is not an object is refused', () => {
    const wrong = [`'track'`, '42', 'null', `[{ type: 'track' }]`, '() => undefined'];
    const text = [
      `import { process } from 'gainsight-px';`,
      ...wrong.map((event) => `process(${event}, ${CONFIG});`),
    ];
    const issues = consumer.faultsOf('no-event.mts', text.join('\n'));
    expect(issues.map(lineOf)).toEqual(wrong.map((_event, index) => index + 2));
  });
});

describe('a configuration', () => {
  const withKeys = (keys: string): string =>
    `compile({ apiKey: 'k', productTagKey: 'AP-EXAMPLE-2', ${keys} });`;
  const IMPORT = `import { compile } from 'gainsight-px';`;

  test('offers its values', () => {
    const text = `
      import { compile, type ConfigFields, type DestinationConfig } from 'gainsight-px';
      type Equal<A, B> = [A, B] extends [B, A] ? true : false;
      const dataCenter: Equal<Extract<NonNullable<DestinationConfig['dataCenter']>, string>, 'US' | 'EU' | 'US2' | 'us' | 'eu' | 'us2'> = true;
      const missing: Equal<NonNullable<DestinationConfig['missingUserOnGroup']>, 'create' | 'fail' | 'skip'> = true;
      const precedence: Equal<NonNullable<DestinationConfig['globalContextPrecedence']>, 'replace' | 'merge'> = true;
      const nested: Equal<NonNullable<DestinationConfig['nestedAttributes']>, 'json' | 'flatten'> = true;
      const version: Equal<NonNullable<DestinationConfig['preferencesApiVersion']>, 'v1' | 'v2'> = true;
      interface Mine { apiKey: string; productTagKey: string; dataCenter: 'EU'; team: string }
      declare const mine: Mine;
      compile(mine);
      const fields: ConfigFields = mine;
      const stored: Record<string, unknown> = {};
      compile(stored as DestinationConfig);
      const imported = { apiKey: 'k', productTagKey: 't', dataCenter: 'EU' };
      compile(imported as DestinationConfig);
      export { dataCenter, fields, missing, nested, precedence, version };`;
    expect(consumer.faultsOf('offers.mts', text)).toEqual([]);
  });

  test('with one of its values compiles', () => {
    const right = [
      `dataCenter: 'EU'`,
      `dataCenter: 'us2'`,
      `dataCenter: { web: 'EU', cloud: 'eu' }`,
      `missingUserOnGroup: 'skip'`,
      `attributeTypes: { user: { plan: 'DATE_TIME' } }`,
      `userAttributeMap: [{ from: 'a', to: 'b', type: 'NUMBER' }], eventDelivery: true`,
    ];
    expect(consumer.faultsOf('right.mts', [IMPORT, ...right.map(withKeys)].join('\n'))).toEqual([]);
  });

  test('with another value is refused', () => {
    const wrong = [
      `dataCenter: 'MOON'`,
      `dataCenter: { web: 'MOON' }`,
      `missingUserOnGroup: 'ignore'`,
      `globalContextPrecedence: 'first'`,
      `nestedAttributes: 'dots'`,
      `preferencesApiVersion: 'v3'`,
      `consentPreferences: [{ consent: 'a', preference: 'everything' }]`,
      `userAttributeMap: [{ from: 'a', to: 'b', type: 'DATE' }]`,
      `attributeTypes: { user: { plan: 'DATE' } }`,
    ];
    const issues = consumer.faultsOf('wrong.mts', [IMPORT, ...wrong.map(withKeys)].join('\n'));
    expect(issues.map(lineOf)).toEqual(wrong.map((_keys, index) => index + 2));
  });
});

test('a limiter, a clock and a fetch of their own compile where nothing but the language is known', () => {
  const text = `
    import { createRouter, ThrottledError, type Clock, type RateLimiter, type Signal } from 'gainsight-px/router';
    const limiter: RateLimiter = {
      acquire(signal: Signal) {
        return signal.aborted ? Promise.reject(signal.reason) : Promise.reject(new ThrottledError('throttled', 'slower'));
      },
    };
    declare const clock: Clock;
    createRouter({ rateLimiter: () => limiter, clock, fetch: async (_url, { signal }) => {
      signal.addEventListener('abort', () => undefined);
      return { status: 200, ok: true, headers: { get: () => null }, body: null };
    } });`;
  expect(consumer.faultsOf('own.mts', text)).toEqual([]);
});

test.each([
  ['the DOM', [], ['lib.es2022.d.ts', 'lib.dom.d.ts']],
  ['Node', ['node'], ['lib.es2022.d.ts']],
])('the global fetch and AbortSignal of %s fit the router', (_whose, types, lib) => {
  const text = `
    import { createRouter } from 'gainsight-px/router';
    createRouter({ fetch, signal: AbortSignal.timeout(1) });
    createRouter({ fetch: (url, init) => globalThis.fetch(url, init), signal: new AbortController().signal });`;
  expect(consumer.faultsOf('globals.mts', text, types, lib)).toEqual([]);
});
