import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compile, type DestinationConfig } from '../../src/index';
import { parseConfigDefaults } from '../../src/destinations/gainsight_px/index';
import { BASE_CONFIG, loadFixtures } from '../fixture-runs/load-fixtures';
import schema from '../../config.schema.json';

const page = readFileSync(path.resolve(__dirname, '../../docs/configuration.md'), 'utf8');

/** What the page says of one key. */
const SECTIONS = new Map(
  page
    .split('\n### ')
    .slice(1)
    .map((section) => {
      const [, key, text] = /^`(\w+)`\n([^]*?)(?=\n## |$)/.exec(section)!;
      return [key!, text!] as const;
    }),
);
const PROPERTIES = schema.properties as Record<string, SchemaPart>;
const KEYS = Object.keys(PROPERTIES);
const ON_SETTINGS_PAGE = KEYS.slice(0, 6);

interface SchemaPart {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly $ref?: string;
  readonly items?: SchemaPart;
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly additionalProperties?: SchemaPart;
}

/** All values that the schema lists for a key, in it and in the definitions that it refers to. */
function listedValues(part: SchemaPart): unknown[] {
  const definitions = schema.definitions as Record<string, SchemaPart>;
  const inner = [
    ...(part.$ref === undefined ? [] : [definitions[part.$ref.split('/').at(-1)!]!]),
    ...(part.items === undefined ? [] : [part.items]),
    ...(part.additionalProperties === undefined ? [] : [part.additionalProperties]),
    ...Object.values(part.properties ?? {}),
  ];
  const own = part.type === 'boolean' ? [true, false] : (part.enum ?? []);
  return [...own.filter((value) => value !== null), ...inner.flatMap(listedValues)];
}

const exampleOf = (section: string): unknown => JSON.parse(/```json\n([^]*?)```/.exec(section)![1]!);

test('the page has a section for each key of the schema, in its order', () => {
  expect([...SECTIONS.keys()]).toEqual(KEYS);
});

test('extensions are those that the schema calls so: all that RudderStack’s settings page does not have', () => {
  const extensions = KEYS.filter((key) => PROPERTIES[key]!.description!.startsWith('Extension. '));
  expect(KEYS.filter((key) => !extensions.includes(key))).toEqual(ON_SETTINGS_PAGE);
  expect([...SECTIONS].filter(([, text]) => text.startsWith('**Extension.** ')).map(([key]) => key)).toEqual(
    extensions,
  );
  const intro = page.slice(0, page.indexOf('## '));
  for (const key of ON_SETTINGS_PAGE) expect(intro).toContain(`\`${key}\``);
});

describe.each([...SECTIONS])('%s', (key, text) => {
  it('names every value that the schema lists', () => {
    const values = [...new Set(listedValues(PROPERTIES[key]!))];
    const shared = key === 'accountAttributeMap' ? SECTIONS.get('userAttributeMap')! : text;
    for (const value of values) expect(shared).toContain(`\`${JSON.stringify(value)}\``);
  });

  it('states a default that means what no value means', () => {
    const [, stated, required] = /Values: [^]*? Default: (?:`([^`]+)`|none; (required))\./.exec(text)!;
    expect(required !== undefined).toBe(schema.required.includes(key));
    if (stated === undefined) return;
    const without = compile(BASE_CONFIG);
    const withDefault = compile({ ...BASE_CONFIG, [key]: JSON.parse(stated) as unknown });
    for (const { event, config } of loadFixtures()) {
      if (Object.keys(config).length > Object.keys(BASE_CONFIG).length) continue;
      expect(withDefault.explain(event)).toEqual(without.explain(event));
    }
  });

  it('has an example that is right, of this key alone', () => {
    const example = exampleOf(text) as Record<string, unknown>;
    expect(Object.keys(example)).toEqual([key]);
    expect(() => compile({ ...BASE_CONFIG, ...example } as DestinationConfig)).not.toThrow();
  });
});

test('the example of defaults is right', () => {
  const [, text] = /```json defaults\n([^]*?)```/.exec(page)!;
  const defaults = JSON.parse(text!) as unknown;
  expect(parseConfigDefaults(defaults)).toEqual(defaults);
});
