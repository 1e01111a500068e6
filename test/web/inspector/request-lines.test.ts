import { explain, type DestinationConfig, type Explanation } from '../../../src';
import { bodyLines, urlParts } from '../../../src/web/inspector/request-lines';
import { loadFixtures } from '../../fixture-runs/load-fixtures';

const BASE: DestinationConfig = { apiKey: 'k', productTagKey: 'AP-1' };

const linesOf = ({ plan, fields }: Explanation, step = 0): string[] =>
  bodyLines(plan!.steps[step]!, fields).map(
    ({ depth, text, field }) =>
      `${'  '.repeat(depth)}${text}${field === undefined ? '' : `  ← ${field.from}`}`,
  );

test('a body is readable, and each value names its source', () => {
  const message = {
    type: 'identify',
    userId: 'u',
    traits: { city: 'Paris', 'x.y': 1, tier: { a: 1 } },
  };
  const config: DestinationConfig = {
    ...BASE,
    userAttributeMap: [
      { from: 'x.y', to: 'X.Y' },
      { from: 'tier', to: 'Tier' },
    ],
  };
  expect(linesOf(explain(message, config))).toEqual([
    '{',
    '  "type": "USER",  ← constant',
    '  "propertyKeys": ["AP-1"],  ← config.productTagKey',
    '  "customAttributes": {',
    '    "X.Y": 1,  ← traits.x.y',
    String.raw`    "Tier": "{\"a\":1}"  ← traits.tier`,
    '  },',
    '  "location": {',
    '    "city": "Paris"  ← traits.city',
    '  }',
    '}',
  ]);
});

test('the lines of each request of each fixture are its body, and each value has a field', () => {
  for (const { name, event, config } of loadFixtures()) {
    const { plan, fields } = explain(event, config as unknown as DestinationConfig);
    for (const step of plan?.steps ?? []) {
      const lines = bodyLines(step, fields);
      expect([name, JSON.parse(lines.map(({ text }) => text).join('\n'))]).toEqual([name, step.request.body]);
      const values = lines.filter(({ text }) => !/[{}],?$/.test(text) || text.includes('{}'));
      expect([name, values.filter(({ field }) => field === undefined)]).toEqual([name, []]);
    }
  }
});

test('an id in the path is linked; an id in the body is not in the path', () => {
  const parts = (userId: string) => {
    const { plan, fields } = explain({ type: 'identify', userId, traits: { surveys: true } }, BASE);
    return plan!.steps.map((step) => {
      const { before, id } = urlParts(step, fields);
      return id === undefined ? before : [before, id.text, id.field?.from];
    });
  };
  expect(parts('Ada L')).toEqual([
    ['https://api.aptrinsic.com/v1/users/', 'Ada%20L', 'userId'],
    'https://api.aptrinsic.com/v1/users',
    ['https://api.aptrinsic.com/v1/users/', 'Ada%20L', 'userId'],
    ['https://api.aptrinsic.com/v1/user/preferences/', 'Ada%20L', 'userId'],
  ]);
  expect(parts('a/b')).toEqual([
    'https://api.aptrinsic.com/v1/users/update',
    'https://api.aptrinsic.com/v1/users',
    'https://api.aptrinsic.com/v1/users/update',
    'https://api.aptrinsic.com/v1/user/preferences',
  ]);
});

test('the parts of each URL of each fixture are the URL, and each id in a path has its field', () => {
  for (const { name, event, config } of loadFixtures()) {
    const { plan, fields } = explain(event, config as unknown as DestinationConfig);
    for (const step of plan?.steps ?? []) {
      const { before, id } = urlParts(step, fields);
      expect([name, before + (id?.text ?? '')]).toEqual([name, step.request.endpoint]);
      if (id !== undefined) expect([name, id.field?.value]).toEqual([name, decodeURIComponent(id.text)]);
    }
  }
});
