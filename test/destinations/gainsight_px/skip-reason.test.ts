import {
  mergeIntegrations,
  skipReason,
  skipReasonText,
} from '../../../src/destinations/gainsight_px/skip-reason';

const OWN = ['Gainsight PX', 'GAINSIGHT_PX', 'Gainsight Px Cloud (Actions)', 'gainsight px', 'gAiNsIgHt_pX'];
const reasonOf = (integrations: unknown, type: unknown = 'track') => skipReason({ type, integrations }, {});

describe('a message is switched off', () => {
  test.each(OWN)('by false under %s', (name) => {
    expect(reasonOf({ [name]: false })).toBe('switched_off');
    expect(reasonOf({ All: true, [name]: 'false' })).toBe('switched_off');
    expect(reasonOf({ [name]: ' False ' })).toBe('switched_off');
  });

  test.each(['All', 'all', 'ALL'])('by false under %s', (name) => {
    expect(reasonOf({ [name]: false })).toBe('switched_off');
    expect(reasonOf({ [name]: 'false', 'Google Analytics': true })).toBe('switched_off');
  });

  test('by false under any of its names, whatever another one says', () => {
    expect(reasonOf({ 'Gainsight PX': true, GAINSIGHT_PX: false })).toBe('switched_off');
  });

  test('by All where its own name says nothing', () => {
    expect(reasonOf({ All: false, 'Gainsight PX': null })).toBe('switched_off');
  });

  test('though its type would be filtered or is not supported', () => {
    expect(reasonOf({ All: false }, 'page')).toBe('switched_off');
    expect(reasonOf({ All: false }, 'purchase')).toBe('switched_off');
  });
});

describe('a message is not switched off', () => {
  test.each(OWN)('by All where %s says otherwise', (name) => {
    for (const on of [true, 'true', {}, { userPreferences: {} }, 1]) {
      expect(reasonOf({ All: false, [name]: on })).toBeUndefined();
    }
  });

  test.each([
    [undefined],
    [null],
    ['none'],
    [[false]],
    [{}],
    [{ All: true }],
    [{ All: 0 }],
    [{ All: null }],
    [{ 'Gainsight PX': 0 }],
    [{ Gainsight: false }],
    [{ 'gainsight-px': false }],
    [{ 'Gainsight PX ': false }],
    [{ 'Google Analytics': false }],
  ])('by %j', (integrations) => {
    expect(reasonOf(integrations)).toBeUndefined();
  });
});

describe('types', () => {
  test.each(['page', 'screen', 'alias', 'Page', 'SCREEN'])('%s is filtered', (type) => {
    expect(reasonOf(undefined, type)).toBe('type_filtered');
  });

  test.each(['track', 'identify', 'group', 'Track', 'purchase', 'pages', '', ' page', 7, null, undefined])(
    '%j is not',
    (type) => {
      expect(reasonOf(undefined, type)).toBeUndefined();
      expect(skipReason({ type }, { pageEvents: true })).toBeUndefined();
    },
  );

  test('with pageEvents only alias is', () => {
    const reasons = ['page', 'screen', 'alias'].map((type) => skipReason({ type }, { pageEvents: true }));
    expect(reasons).toEqual([undefined, undefined, 'type_filtered']);
    expect(skipReasonText('type_filtered', { pageEvents: true })).toMatch(/for alias messages$/);
    expect(skipReasonText('type_filtered', {})).toMatch(/page, screen and alias/);
  });

  test.each([[null], [5], ['page'], [[{ type: 'page' }]]])(
    '%j is no message, and left to the mapping',
    (message) => {
      expect(skipReason(message, {})).toBeUndefined();
    },
  );
});

describe('integrations of a batch', () => {
  test('give way to the keys of the message, names in any case', () => {
    expect(mergeIntegrations({ All: false, A: 1, B: 1 }, { all: true, B: 2 })).toEqual({
      all: true,
      A: 1,
      B: 2,
    });
  });

  test('all names of this destination are one key', () => {
    const merged = mergeIntegrations({ GAINSIGHT_PX: false }, { 'Gainsight PX': true });
    expect(merged).toEqual({ 'Gainsight PX': true });
    expect(mergeIntegrations({ GAINSIGHT_PX: false }, { All: true })).toEqual({
      GAINSIGHT_PX: false,
      All: true,
    });
  });

  test.each([undefined, null, 'none', []])('count alone where those of the message are %j', (ofMessage) => {
    expect(mergeIntegrations({ All: false }, ofMessage)).toEqual({ All: false });
    expect(mergeIntegrations(ofMessage, { All: false })).toEqual({ All: false });
  });
});
