import { isOtherEnvironment, readProducts } from '../../../../src/destinations/gainsight_px/index';

const deep = (depth: number): unknown => (depth === 0 ? 'AP-DEEP-2' : [deep(depth - 1)]);

test.each<[string, unknown, { tagKey: string; name?: string }[]]>([
  [
    'products in a list',
    {
      name: 'Acme',
      products: [
        { name: 'Shop', propertyKey: 'AP-SHOP-2' },
        { productName: 'App', tagKey: 'AP-APP-2' },
      ],
    },
    [
      { tagKey: 'AP-SHOP-2', name: 'Shop' },
      { tagKey: 'AP-APP-2', name: 'App' },
    ],
  ],
  [
    'environments in a product: the nearest name',
    {
      products: [
        { name: 'Shop', environments: [{ key: 'AP-SHOP-2' }, { name: 'Test', key: 'AP-SHOP-2-1' }] },
      ],
    },
    [
      { tagKey: 'AP-SHOP-2', name: 'Shop' },
      { tagKey: 'AP-SHOP-2-1', name: 'Test' },
    ],
  ],
  ['tag keys as names of fields', { keys: { 'AP-A-2': { name: 'A' } } }, [{ tagKey: 'AP-A-2', name: 'A' }]],
  ['a tag key of another form', { property_keys: ['custom', ' '] }, [{ tagKey: 'custom' }]],
  ['a bare list', ['AP-A-2', 'AP-A-2', 'other', 7, null], [{ tagKey: 'AP-A-2' }]],
  ['a text', 'AP-A-2', [{ tagKey: 'AP-A-2' }]],
  ['other texts', { id: 'a', key: 'b', description: 'see AP-A-2' }, []],
  ['nothing', undefined, []],
  ['what is too deep', deep(50), []],
  [
    'a field called __proto__',
    JSON.parse('{"__proto__": {"propertyKey": "AP-P-2"}}'),
    [{ tagKey: 'AP-P-2' }],
  ],
])('%s', (_, answer, products) => {
  expect(readProducts(answer)).toEqual(products);
});

test.each([
  ['AP-SHOP-2', 'AP-SHOP-2-1', true],
  ['AP-SHOP-2-1', 'ap-shop-2-3', true],
  ['AP-SHOP-2', 'AP-SHOP-2', false],
  ['AP-SHOP-2', 'AP-SHO-2', false],
  ['shop', 'shop-2', false],
])('%s and %s are of one product: %s', (one, other, expected) => {
  expect(isOtherEnvironment(one, other)).toBe(expected);
});
