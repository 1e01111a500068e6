import {
  isObject,
  isReservedKey,
  type DropReason,
  type ErrorCode,
  type DestinationError,
} from '../../core/index.js';
import {
  ACCOUNT_FIELDS,
  explain,
  EVENT_FIELDS,
  EVENT_ID,
  EVENT_IP,
  skipReason,
  STANDARD_ACCOUNT_FIELDS,
  STANDARD_USER_FIELDS,
  SYNCED_EVENT_DATE,
  USER_FIELDS,
  type AttributeMapRow,
  type DestinationConfig,
  type DroppedValue,
  type Explanation,
  type MapRow,
  type SkipReason,
  type WarningCode,
} from '../../destinations/gainsight_px/index.js';
import { withPlaceholder } from './inspection.js';
import { expectedWords } from './expected-words.js';

/** What would let a value through. */
export type Remedy =
  /** A change of the configuration; with `next` as configuration the value is sent. */
  | {
      readonly kind: 'change';
      readonly label: string;
      readonly detail: string;
      readonly next: DestinationConfig;
    }
  /** What to change in the event, in a sentence. */
  | { readonly kind: 'event'; readonly text: string };

type Change = Omit<Extract<Remedy, { kind: 'change' }>, 'kind'>;

/** What a dropped value is judged by. */
interface Case {
  readonly dropped: DroppedValue;
  readonly explanation: Explanation;
  readonly message: unknown;
  /** As the user wrote it: without a placeholder for the key. */
  readonly config: DestinationConfig;
  /** The object of PX whose maps read the traits of this message. */
  readonly object: 'user' | 'account' | undefined;
  /** The name that a row of a map would have for the value. */
  readonly trait: string | undefined;
}

/**
 * What would let a dropped value through: first the changes of the configuration that do, each tried with the mapping itself, then what can
 * be changed in the event. Never empty.
 *
 * @param config as the user wrote it; the key may be missing
 */
export function remedies(
  dropped: DroppedValue,
  explanation: Explanation,
  message: unknown,
  config: DestinationConfig,
): readonly Remedy[] {
  const object = mappedObject(message);
  const trait = object === undefined ? undefined : traitName(dropped.path, object);
  const subject: Case = { dropped, explanation, message, config, object, trait };
  const changes = candidates(subject).filter(({ next }) => sends(subject, next));
  return [
    ...changes.map((change) => ({ kind: 'change', ...change }) as const),
    { kind: 'event', text: adviceFor(subject) },
  ];
}

function mappedObject(message: unknown): Case['object'] {
  const type = isObject(message) && typeof message.type === 'string' ? message.type.toLowerCase() : '';
  if (type === 'identify') return 'user';
  return type === 'group' ? 'account' : undefined;
}

function traitName(path: string, object: 'user' | 'account'): string | undefined {
  const root = ['traits.', ...(object === 'user' ? ['context.traits.'] : [])].find((start) =>
    path.startsWith(start),
  );
  return root === undefined ? undefined : path.slice(root.length);
}

/** Whether more fields get the value with another configuration. */
function sends({ dropped: { path }, explanation, message }: Case, next: DestinationConfig): boolean {
  const fed = ({ fields }: Explanation): number => fields.filter(({ from }) => from === path).length;
  const changed = explain(message as never, withPlaceholder(next));
  return changed.plan !== undefined && fed(changed) > fed(explanation);
}

const MAY_BE_ATTRIBUTE: ReadonlySet<DropReason> = new Set([
  'unmapped',
  'shadowed',
  'unconvertible',
  'preferenceNotBoolean',
]);

function candidates(subject: Case): Change[] {
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
    default:
      if (!MAY_BE_ATTRIBUTE.has(dropped.reason)) return [];
      return [
        ...(dropped.reason === 'shadowed' && config.nestedAttributes === 'flatten'
          ? [asJsonText(config)]
          : []),
        ...withoutType(subject),
        ...fieldRows(subject),
        ...attributeRows(subject),
      ];
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
function withoutType({ dropped, config, object, trait }: Case): Change[] {
  if (dropped.reason !== 'unconvertible' || object === undefined || trait === undefined) return [];
  const map = `${object}AttributeMap` as const;
  const rows = config[map] ?? [];
  const isTyped = ({ from, type }: AttributeMapRow): boolean => from === trait && (type ?? null) !== null;
  const typed = rows.find(isTyped);
  if (typed === undefined) return [];
  return [
    {
      label: `Remove the type ${typed.type} of its row in ${map}`,
      detail: `Then ${typed.to} gets the value as it is. PX may refuse it, if the attribute has that type there.`,
      next: { ...config, [map]: rows.map((row) => (isTyped(row) ? untyped(row) : row)) } as DestinationConfig,
    },
  ];
}

function untyped({ from, to }: AttributeMapRow): AttributeMapRow {
  return { from: from ?? null, to: to ?? null };
}

/** Rows that read a field of PX from the trait: the field that it lost, or one of the same name in another spelling. */
function fieldRows({ dropped, config, object, trait }: Case): Change[] {
  if (object === undefined || trait === undefined || dropped.reason === 'unconvertible') return [];
  const map = `${object}FieldMap` as const;
  const targets = FIELDS[object].filter(({ to, from }) =>
    dropped.reason === 'shadowed' ? from.some((source) => source === dropped.path) : isSpelling(trait, to),
  );
  const names = [...new Set(targets.map(({ to }) => to))];
  return names.map((to) => ({
    label: `Add a row to ${map}`,
    detail: `${trait} → ${to}: PX's own field ${to} is then read from ${trait} first.`,
    next: { ...config, [map]: [...(config[map] ?? []), { from: trait, to }] } as DestinationConfig,
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
      next: { ...config, [map]: [...(config[map] ?? []), { from: trait, to }] } as DestinationConfig,
    },
  ];
}

/** The attribute of the account that has this name in some spelling; else a name that no row has yet. */
function attributeName(trait: string, config: DestinationConfig, object: 'user' | 'account'): string {
  const known = Object.keys(config.attributeTypes?.[object] ?? {});
  const meant =
    known.find((name) => name === trait) ?? known.find((name) => letters(name) === letters(trait));
  if (meant !== undefined) return meant;
  const taken = new Set((config[`${object}AttributeMap`] ?? []).map(({ to }) => to));
  const plain = trait.replace(/[^\p{L}\p{N}_-]+/gu, '_');
  const name =
    isReservedKey(plain) || plain.replaceAll('_', '') === ''
      ? `attribute_${plain.replaceAll('_', '')}`
      : plain;
  return numbered(name, taken);
}

function numbered(name: string, taken: ReadonlySet<unknown>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${name}_${number}`)) return `${name}_${number}`;
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
      } as DestinationConfig,
    },
  ];
}

interface FieldRow {
  readonly to: string;
  readonly from: readonly string[];
  readonly as: Parameters<typeof expectedWords>[0];
}

const FIELDS: Readonly<Record<'user' | 'account' | 'event', readonly FieldRow[]>> = {
  user: [...USER_FIELDS, ...STANDARD_USER_FIELDS],
  account: [...ACCOUNT_FIELDS, ...STANDARD_ACCOUNT_FIELDS],
  event: [...EVENT_FIELDS, SYNCED_EVENT_DATE, EVENT_ID, EVENT_IP],
};

/** The fields of PX that read a path by themselves. */
function readers({ dropped: { path }, object }: Case): readonly FieldRow[] {
  return FIELDS[object ?? 'event'].filter(({ from }) => from.includes(path));
}

const ADVICE: Readonly<Record<Exclude<DropReason, 'unmapped' | 'unconvertible' | 'shadowed'>, string>> = {
  empty: 'There is nothing to send: PX takes no null. Send a value.',
  reserved: 'Rename it in the event: PX never gets the names __proto__, constructor and prototype.',
  stripped: 'Nothing is wrong with the event.',
  junkId: 'Send the real id, or leave the field out: many objects would share this placeholder.',
  idNotExact:
    'Send the id as a string: JSON readers round this number, and it may become the id of another object.',
  preferenceNotBoolean: 'Send true or false, if it is the preference of that name.',
  notAnObject: 'Send an object here: as long as it is none, nothing in it is read.',
};

function adviceFor(subject: Case): string {
  const { dropped, trait } = subject;
  switch (dropped.reason) {
    case 'unmapped':
      return trait === undefined
        ? 'Send it under a name that a field of PX is read from.'
        : 'Or send it under a name that a field of PX, or a row of a map, is read from.';
    case 'unconvertible':
      return unconvertibleAdvice(subject);
    case 'shadowed':
      return shadowedAdvice(subject);
    default:
      return ADVICE[dropped.reason];
  }
}

function unconvertibleAdvice(subject: Case): string {
  const taken = [...new Set([...ownTypes(subject), ...mappedTypes(subject)])];
  const expected = taken.length === 0 ? 'PX takes another type here' : taken.join('; ');
  return `${expected}. Found ${subject.dropped.type}: change the value in the event.`;
}

function ownTypes(subject: Case): string[] {
  return readers(subject).map(({ to, as }) => `${to} takes ${expectedWords(as)}`);
}

/** What the rows of the customer's own maps take. */
function mappedTypes({ config, object, trait }: Case): string[] {
  if (object === undefined || trait === undefined) return [];
  const ofThisTrait = <Row extends MapRow>(rows: readonly Row[] | null | undefined): Row[] =>
    (rows ?? []).filter(({ from }) => from === trait);
  const types = config.attributeTypes?.[object];
  const attributes = ofThisTrait(config[`${object}AttributeMap`]).flatMap(({ to, type }) => {
    const due = type ?? (typeof to === 'string' ? types?.[to] : undefined);
    return due === undefined || due === null ? [] : [`${String(to)} takes a ${due}`];
  });
  const fields = ofThisTrait(config[`${object}FieldMap`]).flatMap(({ to }) =>
    FIELDS[object].filter((row) => row.to === to).map((row) => `${row.to} takes ${expectedWords(row.as)}`),
  );
  return [...attributes, ...fields];
}

function shadowedAdvice(subject: Case): string {
  const lost = new Set(readers(subject).map(({ to }) => to));
  const winner = subject.explanation.fields.find(({ to }) => lost.has(to));
  return winner === undefined
    ? 'Another source of the same field comes first. Send one of the two.'
    : `${winner.to} already has the value of ${winner.from}. Send one of the two.`;
}

/** What to do about each warning; the same as in docs/errors.md. */
export const WARNING_ADVICE: Readonly<Record<WarningCode, string>> = {
  too_many_attributes: 'Send fewer properties.',
  attribute_name_too_long: 'Shorten it.',
  attribute_names_differ_by_case: 'Use one spelling.',
  event_name_too_long: 'Shorten it.',
  read_only_field: 'Leave it out, unless your PX takes it.',
  junk_id: 'Correct the source.',
  number_not_exact: 'Send it as a string where every digit counts.',
  attribute_unknown: 'Create the attribute in PX, or correct the row.',
};

/** What to do about the errors that `explain` can give; the same as in docs/errors.md. */
export const ERROR_ADVICE: Readonly<Partial<Record<ErrorCode, string>>> = {
  event_not_object: 'Pass one RudderStack message.',
  event_unreadable: 'Pass plain data, for example parsed JSON.',
  type_missing: 'Set type to identify, group or track.',
  type_unsupported:
    'Use a supported type, or filter the message in the source. For pages and screens set pageEvents.',
  id_missing: 'Send userId or anonymousId.',
  id_not_exact: 'Send the id as a string.',
  group_id_missing: 'Send groupId.',
  event_name_missing: 'Send a name in event.',
  preference_unknown: 'Use one of the six names in mapping.md.',
  preference_invalid: 'Send true, false or null.',
  nested_too_deep: 'Send flatter data.',
  configuration_invalid: 'Run gainsight-px validate, and correct each issue.',
  internal: 'Report it with the code, the version and the stack of cause.',
};

/** What makes a message that cannot be mapped one that can. */
export function errorRemedies(
  { code, issues }: DestinationError,
  message: unknown,
  config: DestinationConfig,
): readonly Remedy[] {
  const found: Change[] = [];
  if (code === 'type_unsupported') found.push(pageEvents(config));
  if (code === 'id_missing') {
    found.push({
      label: 'Set missingUserOnGroup to "skip"',
      detail: 'Then a group message without a user writes its account, and links nobody.',
      next: { ...config, missingUserOnGroup: 'skip' },
    });
  }
  const works = found.filter(
    ({ next }) => explain(message as never, withPlaceholder(next)).plan !== undefined,
  );
  const text = ERROR_ADVICE[code] ?? issues[0]?.message ?? 'Correct the event.';
  return [...works.map((change) => ({ kind: 'change', ...change }) as const), { kind: 'event', text }];
}

function pageEvents(config: DestinationConfig): Change {
  return {
    label: 'Set pageEvents to true',
    detail: 'Then page and screen messages become the custom events Page Viewed and Screen Viewed.',
    next: { ...config, pageEvents: true },
  };
}

/** What makes a message that is skipped one that is sent. */
export function skipRemedies(
  reason: SkipReason,
  message: unknown,
  config: DestinationConfig,
): readonly Remedy[] {
  if (reason === 'switched_off') {
    const text =
      'The integrations of the message are false for Gainsight PX, or for All. Change them in the event, or nothing.';
    return [{ kind: 'event', text }];
  }
  const change = pageEvents(config);
  const advice: Remedy = {
    kind: 'event',
    text: 'PX has no call for messages of this type. Filter them in the source, or do nothing.',
  };
  return skipReason(message, change.next) === undefined ? [{ kind: 'change', ...change }, advice] : [advice];
}
