import { isReservedKey } from '../../../core/index.js';
import type { AttributeMapRow, DestinationConfig } from '../../../destinations/gainsight_px/index.js';
import { FIELDS } from './field-rows.js';
import type { Case, Change } from './remedy.js';

/** The changes of the configuration that may let a value through, the likeliest first. */
export function candidates(subject: Case): Change[] {
  const { dropped, config } = subject;
  switch (dropped.reason) {
    case 'stripped':
      return [
        {
          label: 'Set stripUrlQuery to false',
          detail:
            'Then queries and fragments of all URLs are sent. They can hold tokens and e-mail addresses.',
          next: { ...config, stripUrlQuery: false },
        },
      ];
    case 'reserved':
      return renamedTargets(subject);
    case 'empty':
      return config.nestedAttributes === 'flatten' && dropped.type === 'object' ? [asJsonText(config)] : [];
    case 'unconvertible': {
      const untypedRows = withoutType(subject);
      return untypedRows.length > 0 ? untypedRows : attributeRows(subject);
    }
    case 'unmapped':
    case 'preferenceNotBoolean':
      return [...fieldRows(subject), ...attributeRows(subject)];
    case 'shadowed':
      return [
        ...(config.nestedAttributes === 'flatten' ? [asJsonText(config)] : []),
        ...fieldRows(subject),
        ...attributeRows(subject),
      ];
    case 'junkId':
    case 'idNotExact':
    case 'notAnObject':
      return [];
  }
}

function asJsonText(config: DestinationConfig): Change {
  return {
    label: 'Set nestedAttributes to "json"',
    detail: 'Then every nested object of an event is one attribute, as JSON text.',
    next: { ...config, nestedAttributes: 'json' },
  };
}

/** A row whose type the value does not have, without that type. */
function withoutType({ config, object, trait }: Case): Change[] {
  if (object === undefined || trait === undefined) return [];
  const map = `${object}AttributeMap` as const;
  const rows = config[map] ?? [];
  const isTyped = ({ from, type }: AttributeMapRow): boolean => from === trait && (type ?? null) !== null;
  const typed = rows.find(isTyped);
  if (typed === undefined) return [];
  return [
    {
      label: `Remove the type ${typed.type} of its row in ${map}`,
      detail: `Then ${typed.to} gets the value as it is. PX may refuse it, if the attribute has that type there.`,
      next: { ...config, [map]: rows.map((row) => (isTyped(row) ? untyped(row) : row)) },
    },
  ];
}

function untyped({ type: _type, ...row }: AttributeMapRow): AttributeMapRow {
  return row;
}

/** Rows that read a field of PX from the trait: the field that it lost, or one of the same name in another spelling. */
function fieldRows({ dropped, config, object, trait }: Case): Change[] {
  if (object === undefined || trait === undefined) return [];
  const map = `${object}FieldMap` as const;
  const targets = FIELDS[object].filter(({ to, from }) =>
    dropped.reason === 'shadowed' ? from.some((source) => source === dropped.path) : isSpelling(trait, to),
  );
  const rows = config[map] ?? [];
  const isTaken = (field: string): boolean => rows.some(({ from, to }) => to === field && from !== trait);
  const names = [...new Set(targets.map(({ to }) => to))].filter((name) => !isTaken(name));
  return names.map((to) => ({
    label: `Add a row to ${map}`,
    detail: `${trait} → ${to}: PX's own field ${to} is then read from ${trait} first.`,
    next: { ...config, [map]: [...rows, { from: trait, to }] },
  }));
}

/** `SIGN_UP_DATE` is `signUpDate`, and `ZIP.CITY` is `location.city` no less than `city`. */
function isSpelling(trait: string, field: string): boolean {
  return letters(lastPart(trait)) === letters(lastPart(field)) && letters(lastPart(field)) !== '';
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
const letters = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function attributeRows({ config, object, trait }: Case): Change[] {
  if (object === undefined || trait === undefined) return [];
  const map = `${object}AttributeMap` as const;
  const to = attributeName(trait, config, object);
  return [
    {
      label: `Add a row to ${map}`,
      detail: `${trait} → ${to}: a custom attribute. PX must have ${object === 'user' ? 'a user' : 'an account'} attribute with the API name ${to}.`,
      next: { ...config, [map]: [...(config[map] ?? []), { from: trait, to }] },
    },
  ];
}

/** The attribute of the account that has this name in some spelling, where no row of another trait has it; else a name that no row has yet. */
function attributeName(trait: string, config: DestinationConfig, object: 'user' | 'account'): string {
  const rows = config[`${object}AttributeMap`] ?? [];
  const known = Object.keys(config.attributeTypes?.[object] ?? {});
  const meant =
    known.find((name) => name === trait) ?? known.find((name) => letters(name) === letters(trait));
  const others = namesIn(rows.filter(({ from }) => from !== trait));
  if (meant !== undefined && !others.has(meant.toLowerCase())) return meant;
  const taken = namesIn(rows);
  const plain = trait.replace(/[^\p{L}\p{N}_-]+/gu, '_');
  const name =
    isReservedKey(plain) || plain.replaceAll('_', '') === ''
      ? `attribute_${plain.replaceAll('_', '')}`
      : plain;
  return numbered(name, taken);
}

/** In lower case: names that differ in case only are one attribute to a reader. */
function namesIn(rows: readonly AttributeMapRow[]): ReadonlySet<string> {
  return new Set(rows.map(({ to }) => String(to).toLowerCase()));
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  const isTaken = (candidate: string): boolean => taken.has(candidate.toLowerCase());
  if (!isTaken(name)) return name;
  for (let number = 2; ; number += 1) {
    if (!isTaken(`${name}_${number}`)) return `${name}_${number}`;
  }
}

/** Rows that write the trait to a name that nobody may have, with another name. */
function renamedTargets({ config, object, trait }: Case): Change[] {
  if (object === undefined || trait === undefined) return [];
  const map = `${object}AttributeMap` as const;
  const rows = config[map] ?? [];
  const to = attributeName(trait, config, object);
  const isReserved = (row: AttributeMapRow): boolean =>
    row.from === trait && typeof row.to === 'string' && isReservedKey(row.to);
  if (!rows.some(isReserved)) return [];
  return [
    {
      label: `Change the row of ${map}`,
      detail: `${trait} → ${to}, because an object may not have the key that the row names.`,
      next: {
        ...config,
        [map]: rows.map((row) => (isReserved(row) ? { ...row, to } : row)),
      },
    },
  ];
}
