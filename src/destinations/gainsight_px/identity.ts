import { InstrumentationError } from '../../core/errors.js';
import { compileRow, findRow, type CompiledRow, type Found } from '../../core/mapping/read-row.js';
import type { Recorder } from '../../core/mapping/record.js';
import type { Sources } from '../../core/mapping/sources.js';
import { ACCOUNT_ID, GROUP_MEMBER_ID, USER_ID } from './fields.js';

const USER = compileRow(USER_ID);
const MEMBER = compileRow(GROUP_MEMBER_ID);
const ACCOUNT = compileRow(ACCOUNT_ID);

/** Who an identify or track message is about. @throws InstrumentationError `id_missing` */
export function requireUserId(sources: Sources, record: Recorder | undefined): Found<string> {
  return findRow(sources, USER, record) ?? missing(USER, 'id_missing');
}

/** Who joins a group message's account; `undefined` when nobody is named. */
export function findMemberId(sources: Sources, record: Recorder | undefined): Found<string> | undefined {
  return findRow(sources, MEMBER, record);
}

/** The same where somebody must be named. @throws InstrumentationError `id_missing` */
export function requireMemberId(sources: Sources, record: Recorder | undefined): Found<string> {
  return findMemberId(sources, record) ?? missing(MEMBER, 'id_missing');
}

/** The account of a group message. @throws InstrumentationError `group_id_missing` */
export function requireAccountId(sources: Sources, record: Recorder | undefined): Found<string> {
  return findRow(sources, ACCOUNT, record) ?? missing(ACCOUNT, 'group_id_missing');
}

function missing(row: CompiledRow<string>, code: 'id_missing' | 'group_id_missing'): never {
  const places = row.from.map((source) => source.path);
  const what = code === 'id_missing' ? 'user' : 'group';
  throw new InstrumentationError(
    code,
    `no usable ${what} id: expected a non-blank string or a number in ${places.join(', ')}`,
    {
      faults: [
        {
          path: places[0]!,
          message: `expected a non-blank, well-formed string or a finite number (or in ${places.slice(1).join(', ')})`,
        },
      ],
    },
  );
}
