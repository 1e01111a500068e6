import {
  NOTHING_KNOWN,
  readKnown,
  writeKnown,
  type KnownObject,
} from '../../../src/router/object-memory/known-object';

const KNOWN: KnownObject = {
  fields: new Map([
    ['email', { text: '=a', eventMs: 5, sentMs: 7, saidMs: 7 }],
    ['__proto__', { text: '1', eventMs: -Infinity, sentMs: 7, saidMs: 8 }],
    ['location.city', { text: '=Ø', eventMs: 5, sentMs: 7, saidMs: 7 }],
  ]),
  blindUntilMs: 9,
};

it('is read as it was written, and times that fields share are written once', () => {
  const text = writeKnown(KNOWN)!;
  expect(text).toBe(
    '[1,9,[[5,7,7],[null,7,8]],[["email","=a",0],["__proto__","1",1],["location.city","=Ø",0]]]',
  );
  expect(readKnown(text)).toEqual(KNOWN);
});

it('leaves no text where nothing is known', () => {
  expect(writeKnown(NOTHING_KNOWN)).toBeUndefined();
  expect(readKnown(undefined)).toEqual(NOTHING_KNOWN);
});

it.each([
  '',
  '{',
  'null',
  '{}',
  '[]',
  '[2,0,[[5,7,7]],[["email","=a",0]]]',
  '[1,"0",[],[]]',
  '[1,0,{},[]]',
  '[1,0,[],{}]',
  '[1,0,[],[["email","=a",0]]]',
  '[1,0,[[5,7,7]],["email"]]',
  '[1,0,[[5,7,7]],[[1,"=a",0]]]',
  '[1,0,[[5,7,7]],[["email",1,0]]]',
  '[1,0,[["5",7,7]],[["email","=a",0]]]',
  '[1,0,[[5,null,7]],[["email","=a",0]]]',
  '[1,0,[[5,7]],[["email","=a",0]]]',
])('knows nothing of an object whose text is %s', (text) => {
  expect(readKnown(text)).toEqual(NOTHING_KNOWN);
});
