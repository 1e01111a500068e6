import {
  judgeAttribute,
  type KnownAttributes,
} from '../../../../src/destinations/gainsight_px/attributes/judge-attribute';

const known: KnownAttributes = {
  types: { plan: 'STRING', Seats: 'NUMBER', favoriteColor: 'STRING', toString: 'STRING' } as never,
  disabled: ['tier', 'seats', '__proto__'],
};

test.each([
  ['plan', undefined, undefined],
  ['toString', undefined, undefined],
  ['Seats', undefined, undefined],
  ['tier', 'attribute_disabled', undefined],
  ['seats', 'attribute_disabled', undefined],
  ['__proto__', 'attribute_disabled', undefined],
  ['SEATS', 'attribute_differs_by_case', 'Seats'],
  ['Plan', 'attribute_differs_by_case', 'plan'],
  ['favouriteColour', 'attribute_unknown', 'favoriteColor'],
  ['Tier', 'attribute_unknown', undefined],
  ['constructor', 'attribute_unknown', undefined],
  ['x'.repeat(100_000), 'attribute_unknown', undefined],
])('%.20s: %s, meant is %s', (name, code, meant) => {
  const finding = judgeAttribute(name, known, 'PX');
  expect([finding?.code, finding?.meant]).toEqual([code, meant]);
});

test.each(['PX', 'attributeTypes'] as const)('the words name what %s lists', (lister) => {
  const foundOf = (name: string) => judgeAttribute(name, known, lister)?.found;
  expect(foundOf('tier')).toBe(`${lister} lists the attribute "tier" as disabled`);
  expect(foundOf('Plan')).toBe(`${lister} lists no attribute "Plan", but "plan": names are case-sensitive`);
  expect(foundOf('Tier')).toBe(`${lister} lists no enabled attribute "Tier", but "tier" as disabled`);
  expect(foundOf('favouriteColour')).toBe(
    `${lister} lists no enabled attribute "favouriteColour"; the nearest one is "favoriteColor"`,
  );
  expect(judgeAttribute('Plan', known, lister)?.advice).toBe('write "plan" in the row');
});

test('without a list of the enabled attributes only the disabled ones are judged', () => {
  const some = { types: undefined, disabled: ['tier'] };
  expect(judgeAttribute('plan', some, 'PX')).toBeUndefined();
  expect(judgeAttribute('tier', some, 'PX')?.code).toBe('attribute_disabled');
});

test('two enabled attributes that differ by case only are both right', () => {
  const both: KnownAttributes = { types: { plan: 'STRING', PLAN: 'STRING' }, disabled: [] };
  expect(['plan', 'PLAN'].map((name) => judgeAttribute(name, both, 'PX'))).toEqual([undefined, undefined]);
});
