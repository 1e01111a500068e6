import { isTemplate, resolveDynamicConfig } from '../../../src/protocol/destination/dynamic-config';

const MESSAGE = {
  type: 'track',
  context: { key: 'from-event', nothing: null, zero: 0, no: false, empty: '' },
  items: [{ name: 'first' }],
};
const resolved = (value: unknown): unknown =>
  (resolveDynamicConfig({ value }, MESSAGE) as { value: unknown }).value;

test.each([
  ['a path that starts at message.', '{{ message.context.key || d }}', 'from-event'],
  ['or at event.', '{{event.context.key||d}}', 'from-event'],
  ['a path that starts elsewhere finds nothing', '{{ context.key || d }}', 'd'],
  ['a missing value gives the default', '{{ message.context.missing.deeper || d }}', 'd'],
  ['a null value gives the default', '{{ message.context.nothing || d }}', 'd'],
  ['0 is a value', '{{ message.context.zero || d }}', 0],
  ['false is a value', '{{ message.context.no || d }}', false],
  ['the empty text is a value', '{{ message.context.empty || d }}', ''],
  ['double quotes around the default are stripped', '{{ message.x || "a b" }}', 'a b'],
  ['single quotes too', "{{ message.x || 'a b' }}", 'a b'],
  ['unequal quotes stay', `{{ message.x || "a' }}`, `"a'`],
  ['an empty default', '{{ message.x || }}', ''],
  ['a quoted empty default', '{{ message.x || "" }}', ''],
  ['white space around it', '  {{ message.context.key || d }} ', 'from-event'],
  ['an index', '{{ message.items[0].name || d }}', 'first'],
  ['no inherited key', '{{ message.constructor.name || d }}', 'd'],
  ['no inherited method', '{{ message.toString || d }}', 'd'],
  ['nor that of an object inside', '{{ message.context.hasOwnProperty || d }}', 'd'],
  ['no __proto__', '{{ message.__proto__.x || d }}', 'd'],
  ['nor as a whole', '{{ message.__proto__ || d }}', 'd'],
])('%s', (_name, template, expected) => {
  expect(resolved(template)).toBe(expected);
});

test.each([
  'a {{ message.context.key || d }}',
  '{{ message.context.key }}',
  '{{ a || b }} {{ c || d }}',
  '{{ a || b',
  'plain',
  '',
])('a value that is not wholly a template stays as it is: %s', (value) => {
  expect(resolved(value)).toBe(value);
  expect(isTemplate(value)).toBe(false);
});

test('values inside lists and objects are resolved; what has no template is the same object', () => {
  const config = { map: [{ from: 'a', to: '{{ message.context.key || d }}' }], rest: { x: 1 } };
  expect(resolveDynamicConfig(config, MESSAGE)).toEqual({
    map: [{ from: 'a', to: 'from-event' }],
    rest: { x: 1 },
  });
  expect(config.map[0]!.to).toContain('{{');
  expect(resolveDynamicConfig(config.rest, MESSAGE)).toBe(config.rest);
});

test.each([null, undefined, 5, 'text', []])('a message %j gives the defaults', (message) => {
  expect(resolveDynamicConfig({ a: '{{ message.x || d }}' }, message)).toEqual({ a: 'd' });
});

test.each([
  ['blanks', (length: number) => `{{${' '.repeat(length)}`],
  ['bars', (length: number) => `{{${'|'.repeat(length)}}}`],
])(
  'a long text that is nearly a template takes about as long as short ones of its length: %s',
  (_name, text) => {
    const LENGTH = 200_000;
    const SHORT_ONES = 1_000;
    const time = (texts: readonly string[]): number => {
      const times = [1, 2, 3].map(() => {
        const began = performance.now();
        for (const one of texts) resolved(one);
        return performance.now() - began;
      });
      return Math.min(...times);
    };
    const short = time(Array.from({ length: SHORT_ONES }, () => text(LENGTH / SHORT_ONES)));
    // It would be hundreds of times if every position were tried from every position.
    expect(time([text(LENGTH)]) / short).toBeLessThan(10);
  },
);
