import { messagesOf } from '../../src/protocol/messages-of';

const track = { type: 'track', event: 'e', userId: 'u' };
const read = (value: unknown): [string, unknown][] =>
  [...messagesOf(value)].map(({ at, message }) => [at, message]);
const messages = (value: unknown): unknown[] => [...messagesOf(value)].map(({ message }) => message);

test.each([
  ['a message', track, [['', track]]],
  ['an array', [track, track], [['[0]', track], ['[1]', track]]], // prettier-ignore
  ['a batch', { batch: [track, track] }, [['batch[0]', track], ['batch[1]', track]]], // prettier-ignore
  ['an array of batches and messages', [{ batch: [track] }, track], [['[0].batch[0]', track], ['[1]', track]]], // prettier-ignore
  ['a batch that calls itself one', { type: 'batch', batch: [track] }, [['batch[0]', track]]],
  ['an empty array', [], []],
  ['an empty batch', { batch: [] }, []],
])('reads %s', (_, value, expected) => {
  expect(read(value)).toEqual(expected);
});

test.each([
  ['of a number', 5],
  ['of null', null],
  ['of a text', 'x'],
  ['of an array', [track]],
  ['of a batch in a batch', { batch: [track] }],
])('an item %s is in its place as it is, between its neighbours', (_, item) => {
  expect(read({ batch: [track, item, track], context: { a: 1 } }).map(([at]) => at)).toEqual([
    'batch[0]',
    'batch[1]',
    'batch[2]',
  ]);
  expect(messages({ batch: [track, item, track] })).toEqual([track, item, track]);
});

test.each([[5], [null], ['batch'], [true], [{}], [{ batch: {} }], [{ batch: null }]])(
  '%j is one message, for the mapping to refuse',
  (value) => {
    expect(read(value)).toEqual([['', value]]);
  },
);

test.each(['track', 'Identify', '', null, 5])('a value with the type %j is a message, no batch', (type) => {
  const message = { type, batch: [track] };
  expect(read(message)).toEqual([['', message]]);
});

test('a message inherits context and integrations of its batch, one level deep; its own keys win', () => {
  const batch = {
    batch: [track, { ...track, context: { ip: 'own', page: { url: 'own' } }, integrations: { ALL: true } }],
    context: { ip: 'batch', page: { url: 'batch', title: 't' }, traits: { plan: 'p' } },
    integrations: { All: false, 'Gainsight PX': true },
  };
  expect(messages(batch)).toEqual([
    { ...track, context: batch.context, integrations: batch.integrations },
    {
      ...track,
      context: { ip: 'own', page: { url: 'own' }, traits: { plan: 'p' } },
      integrations: { ALL: true, 'Gainsight PX': true },
    },
  ]);
});

test("context that is not an object is replaced by the batch's", () => {
  expect(messages({ batch: [{ ...track, context: 'none' }], context: { a: 1 } })).toEqual([
    { ...track, context: { a: 1 } },
  ]);
});

test('other keys of a batch belong to the transport, and no message gets them', () => {
  const batch = { batch: [track], sentAt: 's', timestamp: 't', writeKey: 'w', userId: 'x', context: 'c' };
  expect(messages(batch)).toEqual([track]);
});

test('the value is never changed', () => {
  const value = Object.freeze({
    batch: Object.freeze([Object.freeze({ ...track, context: Object.freeze({ a: 1 }) })]),
    context: Object.freeze({ b: 2 }),
  });
  expect(messages(value)).toEqual([{ ...track, context: { a: 1, b: 2 } }]);
});

test('messages share the value by their number, over both levels', () => {
  const shares = [...messagesOf([{ batch: [track, track] }, track])].map(({ siblings }) => siblings);
  expect(shares).toEqual([4, 4, 2]);
});

test('they are made one after another', () => {
  let read = 0;
  const batch = Array.from({ length: 3 }, () => ({
    get context() {
      read += 1;
      return undefined;
    },
  }));
  const made = messagesOf({ batch, context: { a: 1 } });
  made.next();
  const afterFirst = read;
  made.next();
  expect(afterFirst).toBeGreaterThan(0);
  expect(read).toBe(2 * afterFirst);
});
