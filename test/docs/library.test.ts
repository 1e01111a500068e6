import { PX_API } from '../../src/destinations/gainsight_px/api/px-answers';
import { parseOptions } from '../../src/router/options';
import { readDocument, tableRows } from './document';
import { SourceTypes } from './source-types';

/** What docs/library.md says of the options of the router, held against the router. */
const text = readDocument('library.md');
const types = new SourceTypes();

/** The rows of a table: the options of a first cell (`clock`, `random`), and the default in the second. */
const rowsOf = (header: string): { option: string; stated: string }[] =>
  tableRows(text, header).flatMap(([names, stated]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, option]) => ({ option: option!, stated: stated! })),
  );

/** A default as the table writes it; a function or an object is described in words. */
function written(value: unknown): RegExp {
  if (value === undefined) return /^none$/;
  if (typeof value === 'number') return new RegExp(`^${value.toLocaleString('en-US')}$`);
  return typeof value === 'string' ? new RegExp(`^\`${value}\`$`) : /^[a-z.` ]+$/i;
}

test('every option of createRouter is in its table, once, and no other', () => {
  const listed = rowsOf('option').map(({ option }) => option);
  expect(listed.sort()).toEqual(types.members('router', 'RouterOptions'));
});

test.each(rowsOf('option'))('$option has the default $stated', ({ option, stated }) => {
  const defaults: Readonly<Record<string, unknown>> = { ...parseOptions({}, PX_API) };
  expect(stated).toMatch(written(defaults[option]));
});

test('every option of deliver is in its table, once, and no other', () => {
  const listed = rowsOf('option of deliver').map(({ option }) => option);
  expect(listed.sort()).toEqual(types.members('router', 'DeliverOptions'));
});
