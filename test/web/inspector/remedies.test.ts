import fc from 'fast-check';
import { explain, type DestinationConfig, type DroppedValue } from '../../../src';
import { ERROR_ADVICE, WARNING_ADVICE } from '../../../src/web/inspector/remedies/advice';
import { errorRemedies, skipRemedies } from '../../../src/web/inspector/remedies/message-remedies';
import { remedies } from '../../../src/web/inspector/remedies/remedies';
import type { Remedy } from '../../../src/web/inspector/remedies/remedy';
import { loadFixtures } from '../../fixture-runs/load-fixtures';
import { readDocument, tableRows } from '../../docs/document';
import { message as anyMessage, validConfig } from '../../property/arbitraries';

const BASE: DestinationConfig = { apiKey: 'k', productTagKey: 'AP-1' };

/** All drops of a message, with the remedies of each. */
function dropsOf(message: unknown, config: DestinationConfig): [DroppedValue, readonly Remedy[]][] {
  const explanation = explain(message as never, config);
  return explanation.dropped.map((dropped) => [dropped, remedies(dropped, explanation, message, config)]);
}

/** How many fields of the plan come from a path. */
function fed(message: unknown, config: DestinationConfig, path: string): number {
  return explain(message as never, config).fields.filter(({ from }) => from === path).length;
}

/** The values of the event that fields of the plan have, with how many; a default is only there where nothing else is. */
function sentValues(message: unknown, config: DestinationConfig): Map<string, number> {
  const sent = new Map<string, number>();
  for (const { from } of explain(message as never, config).fields) {
    if (/^(?:constant$|config\.|default: )/.test(from)) continue;
    sent.set(from, (sent.get(from) ?? 0) + 1);
  }
  return sent;
}

/** Values that fewer fields have than before, counting the objects that hold them. */
function lost(message: unknown, config: DestinationConfig, next: DestinationConfig): string[] {
  const after = [...sentValues(message, next)];
  return [...sentValues(message, config)]
    .filter(([path, count]) => {
      const kept = after.filter(([from]) => path === from || path.startsWith(`${from}.`));
      return kept.reduce((sum, [, fields]) => sum + fields, 0) < count;
    })
    .map(([path]) => path);
}

function checkRemedies(message: unknown, config: DestinationConfig): Remedy[] {
  return dropsOf(message, config).flatMap(([dropped, found]) => {
    expect([dropped, found.length]).not.toEqual([dropped, 0]);
    for (const remedy of found) {
      if (remedy.kind === 'event') expect(remedy.text).toMatch(/^\S.*\.$/s);
      else {
        const before = fed(message, config, dropped.path);
        expect([dropped, remedy.detail, lost(message, config, remedy.next)]).toEqual([
          dropped,
          remedy.detail,
          [],
        ]);
        expect([dropped, remedy.label, fed(message, remedy.next, dropped.path) > before]).toEqual([
          dropped,
          remedy.label,
          true,
        ]);
      }
    }
    return [...found];
  });
}

test('each change that is offered for a dropped value of a fixture sends the value', () => {
  const found = loadFixtures().flatMap(({ event, config }) =>
    checkRemedies(event, config as unknown as DestinationConfig),
  );
  const labels = new Set(found.map((remedy) => (remedy.kind === 'change' ? remedy.label : 'event')));
  // So that the check has something to check.
  expect([...labels].sort()).toEqual(
    expect.arrayContaining([
      'Add a row to accountAttributeMap',
      'Add a row to userAttributeMap',
      'Add a row to userFieldMap',
      'Change the row of userAttributeMap',
      'Remove the type NUMBER of its row in userAttributeMap',
      'Set nestedAttributes to "json"',
      'Set stripUrlQuery to false',
      'event',
    ]),
  );
});

test('each change that is offered for any other message sends the value', () => {
  fc.assert(
    fc.property(anyMessage, validConfig, (message, config) => {
      checkRemedies(message, config as unknown as DestinationConfig);
    }),
    { numRuns: 300 },
  );
});

const labelsOf = (message: object, config: DestinationConfig, path: string): string[] =>
  dropsOf(message, config)
    .filter(([dropped]) => dropped.path === path)
    .flatMap(([, found]) => found.map((remedy) => (remedy.kind === 'change' ? remedy.detail : remedy.text)));

test('an unmapped trait gets a row that names it', () => {
  const message = { type: 'identify', userId: 'u', traits: { favouriteColour: 'green' } };
  const [[dropped, [first]]] = dropsOf(message, BASE) as [[DroppedValue, [Remedy]]];
  expect(dropped).toEqual({ path: 'traits.favouriteColour', reason: 'unmapped', type: 'string' });
  expect(first).toMatchObject({
    kind: 'change',
    label: 'Add a row to userAttributeMap',
    next: { ...BASE, userAttributeMap: [{ from: 'favouriteColour', to: 'favouriteColour' }] },
  });
});

test('another spelling of a field is offered as that field first', () => {
  const message = { type: 'identify', userId: 'u', traits: { SIGN_UP_DATE: '2024-01-01' } };
  expect(labelsOf(message, BASE, 'traits.SIGN_UP_DATE')[0]).toContain('SIGN_UP_DATE → signUpDate');
});

test('another spelling of a field of an account, too', () => {
  const message = { type: 'group', userId: 'u', groupId: 'g', traits: { IN_DUSTRY: 'x' } };
  expect(labelsOf(message, BASE, 'traits.IN_DUSTRY')[0]).toContain("PX's own field industry is then read");
});

test('the row gets the name that the account has', () => {
  const message = { type: 'identify', userId: 'u', traits: { favourite_colour: 'green' } };
  const config: DestinationConfig = { ...BASE, attributeTypes: { user: { favouriteColour: 'STRING' } } };
  expect(labelsOf(message, config, 'traits.favourite_colour')[0]).toContain(
    'favourite_colour → favouriteColour',
  );
});

test('a new row takes no attribute from another trait', () => {
  const message = { type: 'identify', userId: 'u', traits: { tier: 'gold', 'a b': 1 } };
  const config: DestinationConfig = { ...BASE, userAttributeMap: [{ from: 'tier', to: 'a_b' }] };
  expect(labelsOf(message, config, 'traits.a b')[0]).toContain('a b → a_b_2');
});

test.each([
  ['an attribute that the account has', 'Plan', { from: 'tier', to: 'plan' }, 'Plan → Plan_2'],
  [
    'an attribute of a row that this event does not use',
    'Plan',
    { from: 'absent', to: 'plan' },
    'Plan → Plan_2',
  ],
  ['an attribute that differs in case', 'PLAN', { from: 'tier', to: 'Plan' }, 'PLAN → PLAN_2'],
  ['its own attribute again', 'Plan', { from: 'tier', to: 'other' }, 'Plan → plan'],
])('a new row takes no attribute from another trait: %s', (_what, trait, row, expected) => {
  const message = { type: 'identify', userId: 'u', traits: { tier: 'gold', [trait]: 'x' } };
  const config: DestinationConfig = {
    ...BASE,
    userAttributeMap: [row],
    attributeTypes: { user: { plan: 'STRING' } },
  };
  expect(labelsOf(message, config, `traits.${trait}`)[0]).toContain(expected);
});

test('no field is taken from the value that it has, nor from another row', () => {
  const message = {
    type: 'identify',
    userId: 'u',
    traits: { email: 'a@b.c', 'E-MAIL': 'x@y.z', TITLE: 'Dr' },
  };
  const config: DestinationConfig = { ...BASE, userFieldMap: [{ from: 'rank', to: 'title' }] };
  for (const trait of ['E-MAIL', 'TITLE'])
    expect(labelsOf(message, config, `traits.${trait}`)).toEqual([
      expect.stringContaining('a custom attribute'),
    ]);
});

test('where no change helps, the sentence says what the field takes', () => {
  const message = { type: 'track', userId: 'u', event: 'e', timestamp: 'yesterday' };
  expect(labelsOf(message, BASE, 'timestamp')).toEqual([
    'date takes an ISO 8601 date, or seconds or milliseconds since 1970. Found string: change the value in the event.',
  ]);
});

test('a value that another field has is said to be sent', () => {
  const message = { type: 'track', userId: 'u', event: 'e', properties: { date: 'soon' } };
  expect(labelsOf(message, BASE, 'properties.date')).toEqual([
    'date takes an ISO 8601 date, or seconds or milliseconds since 1970. Found string: change the value in the event. It is sent as attributes.date all the same.',
  ]);
});

test('a shadowed value names the winner', () => {
  const message = {
    type: 'identify',
    userId: 'u',
    traits: { email: 'a@b.c' },
    context: { traits: { email: 'x@y.z' } },
  };
  expect(labelsOf(message, BASE, 'context.traits.email')).toEqual([
    'email already has the value of traits.email. Send one of the two.',
  ]);
});

test('a message that cannot be mapped is mapped after the change that is offered', () => {
  const cases = [
    { type: 'page', userId: 'u' },
    { type: 'group', groupId: 'g' },
    { type: 'bill', userId: 'u' },
    { type: 'identify' },
  ];
  const offered = cases.map((message) => {
    const { error } = explain(message, BASE);
    const found = errorRemedies(error!, message, BASE);
    for (const remedy of found)
      if (remedy.kind === 'change') expect(explain(message, remedy.next).plan).toBeDefined();
    return found.map((remedy) => (remedy.kind === 'change' ? remedy.label : 'event'));
  });
  expect(offered).toEqual([
    ['Set pageEvents to true', 'event'],
    ['Set missingUserOnGroup to "skip"', 'event'],
    ['event'],
    ['event'],
  ]);
});

test('a skipped page is sent after one click, an alias is not', () => {
  const kinds = (type: string) =>
    skipRemedies('type_filtered', { type, userId: 'u' }, BASE).map(({ kind }) => kind);
  expect([kinds('page'), kinds('alias')]).toEqual([['change', 'event'], ['event']]);
});

test('a message that is switched off names what does it', () => {
  const textOf = (integrations: object) =>
    skipRemedies('switched_off', { type: 'track', integrations }, BASE).map(
      (remedy) => remedy.kind === 'event' && remedy.text,
    );
  expect(textOf({ All: false, Slack: false })).toEqual([
    'integrations["All"] is false in the message: change it there, or do nothing.',
  ]);
  expect(textOf({ All: true, 'gainsight px': 'False' })[0]).toContain(
    'integrations["gainsight px"] is false',
  );
});

describe('what to do is what docs/errors.md says', () => {
  const advice = (header: string): Record<string, string> =>
    Object.fromEntries(
      tableRows(readDocument('errors.md'), header).map((cells) => [
        cells[0]!.replaceAll('`', ''),
        cells
          .at(-1)!
          .replaceAll('`', '')
          .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1'),
      ]),
    );

  test('of every warning', () => expect(WARNING_ADVICE).toEqual(advice('warning')));

  test('of the errors of a mapping', () => expect(advice('error code')).toMatchObject(ERROR_ADVICE));
});
