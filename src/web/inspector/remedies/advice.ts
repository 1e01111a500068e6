import type { DropReason, ErrorCode } from '../../../core/index.js';
import type { MapRow, WarningCode } from '../../../destinations/gainsight_px/index.js';
import { expectedWords } from './expected-words.js';
import { FIELDS, readers } from './field-rows.js';
import type { Case } from './remedy.js';

const ADVICE: Readonly<Record<Exclude<DropReason, 'unmapped' | 'unconvertible' | 'shadowed'>, string>> = {
  empty: 'There is nothing to send: PX takes no null. Send a value.',
  reserved: 'Rename it in the event: PX never gets the names __proto__, constructor and prototype.',
  stripped: 'Nothing is wrong with the event.',
  junkId: 'Send the real id, or leave the field out: many objects would share this placeholder.',
  idNotExact:
    'Send the id as a string: JSON readers round this number, and it may become the id of another object.',
  preferenceNotBoolean: 'Send true or false, if it is the preference of that name.',
  notAnObject: 'Send an object here: until then, nothing in it is read.',
};

/** What can be changed in the event; of a value that one field does not take, also which other field has it. */
export function adviceFor(subject: Case): string {
  const { dropped, explanation } = subject;
  const others = explanation.fields.filter(({ from }) => from === dropped.path).map(({ to }) => to);
  const advice = sentenceFor(subject);
  return others.length === 0 ? advice : `${advice} It is sent as ${others.join(' and ')} all the same.`;
}

function sentenceFor(subject: Case): string {
  const { dropped, trait } = subject;
  switch (dropped.reason) {
    case 'unmapped':
      return trait === undefined
        ? 'Send it under a name that a field of PX is read from.'
        : 'Send it under a name that a field of PX, or a row of a map, is read from.';
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
  attribute_unknown:
    'Create the attribute in PX, or correct the row. Then run gainsight-px attributes pull --save.',
  attribute_disabled: 'Enable it in PX, or remove the row.',
  attribute_differs_by_case: 'Write the name in the row as PX has it.',
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
