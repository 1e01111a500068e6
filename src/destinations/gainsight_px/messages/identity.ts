import {
  InstrumentationError,
  isInexactId,
  isJunkId,
  compileRow,
  findRow,
  reportBehind,
  type CompiledRow,
  type FoundValue,
  type Recorder,
  sourceOf,
  type Sources,
  type SourceRoot,
  foundText,
  toIdAsWritten,
} from '../../../core/index.js';
import { ACCOUNT_ID, GROUP_MEMBER_ID, USER_ID } from '../fields.js';

const USER = compileRow(USER_ID);
const MEMBER = compileRow(GROUP_MEMBER_ID);
const ACCOUNT = compileRow(ACCOUNT_ID);

/** Who an identify or track message is about. @throws InstrumentationError `id_missing`, `id_not_exact` */
export function requireUserId(sources: Sources, record: Recorder | undefined): FoundValue<string> {
  return requireId(sources, USER, record, 'id_missing');
}

/** Who joins a group message's account; `undefined` when nobody is named. @throws InstrumentationError `id_not_exact` */
export function findMemberId(sources: Sources, record: Recorder | undefined): FoundValue<string> | undefined {
  const found = findRow(sources, MEMBER, record);
  if (found === undefined) refuseInexact(sources, MEMBER);
  return found;
}

/** The same where somebody must be named. @throws InstrumentationError `id_missing`, `id_not_exact` */
export function requireMemberId(sources: Sources, record: Recorder | undefined): FoundValue<string> {
  return requireId(sources, MEMBER, record, 'id_missing');
}

/** The account of a group message. @throws InstrumentationError `group_id_missing`, `id_not_exact` */
export function requireAccountId(sources: Sources, record: Recorder | undefined): FoundValue<string> {
  return requireId(sources, ACCOUNT, record, 'group_id_missing');
}

/** Reports the user ids in walked traits that are not sent, because another came first. */
export function reportOtherUserIds(
  sources: Sources,
  found: FoundValue<string>,
  walked: readonly SourceRoot[],
  record: Recorder,
): void {
  reportBehind(sources, USER, found, walked, record);
}

/** The same for the ids of a group message's account. */
export function reportOtherAccountIds(
  sources: Sources,
  found: FoundValue<string>,
  walked: readonly SourceRoot[],
  record: Recorder,
): void {
  reportBehind(sources, ACCOUNT, found, walked, record);
}

function requireId(
  sources: Sources,
  row: CompiledRow<string>,
  record: Recorder | undefined,
  code: 'id_missing' | 'group_id_missing',
): FoundValue<string> {
  const found = findRow(sources, row, record);
  if (found !== undefined) return found;
  refuseInexact(sources, row);
  throw missing(sources, row, code);
}

/** The search for an id ends at a number that may be another's: that is an error of its own. */
function refuseInexact(sources: Sources, row: CompiledRow<string>): void {
  for (const { root, name, path } of row.from) {
    if (isInexactId(sourceOf(sources, root)?.[name])) throw notExact(path);
  }
}

function missing(
  sources: Sources,
  row: CompiledRow<string>,
  code: 'id_missing' | 'group_id_missing',
): InstrumentationError {
  const junk = row.from.find(({ root, name }) => isJunkId(sourceOf(sources, root)?.[name]));
  const hint = junk === undefined ? '' : `; ${junk.path} holds a placeholder, which many would share`;
  const places = row.from.map((source) => source.path);
  const what = code === 'id_missing' ? 'user' : 'group';
  return new InstrumentationError(
    code,
    `no usable ${what} id: expected a non-blank string or a number in ${places.join(', ')}${hint}`,
    {
      issues: [
        {
          path: places[0]!,
          message: `expected a non-blank, well-formed string or a finite number (or in ${places.slice(1).join(', ')})`,
        },
      ],
    },
  );
}

/** The error of an id that is a number beyond 2^53: it may be the rounded id of somebody else. */
export function notExact(path: string): InstrumentationError {
  const expected = 'expected a string, or a number up to 2^53 - 1';
  return new InstrumentationError(
    'id_not_exact',
    `${path} is a number that JSON readers round: send it as a string`,
    { issues: [{ path, message: `${expected}, found a whole number that JSON readers round` }] },
  );
}

/**
 * The id that a caller hands to a function about one user. A placeholder (`null`, `undefined` …) is taken as it is: what was written under
 * it must be erasable.
 *
 * @throws InstrumentationError `id_missing`, `id_not_exact`
 */
export function requireIdentifyId(value: unknown): string {
  const id = toIdAsWritten(value);
  if (id !== undefined) return id;
  if (isInexactId(value)) throw notExact('identifyId');
  const message = `expected a non-blank, well-formed string or a finite number, found ${foundText(value)}`;
  throw new InstrumentationError('id_missing', `identifyId is not usable: ${message}`, {
    issues: [{ path: 'identifyId', message }],
  });
}

/** The lane of all messages about one user. */
export function userLane(identifyId: string): string {
  return `user:${identifyId}`;
}

/** The lane of all messages about one account. */
export function accountLane(accountId: string): string {
  return `account:${accountId}`;
}
