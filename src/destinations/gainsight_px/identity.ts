import { InstrumentationError } from '../../core/errors.js';
import { compileRow, findRow, type CompiledRow, type Found } from '../../core/mapping/read-row.js';
import type { MappedObject, Recorder } from '../../core/mapping/record.js';
import type { Sources } from '../../core/mapping/sources.js';
import { ACCOUNT_ID, GROUP_MEMBER_ID, USER_ID } from './fields.js';

const USER = compileRow(USER_ID);
const MEMBER = compileRow(GROUP_MEMBER_ID);
const ACCOUNT = compileRow(ACCOUNT_ID);

/** Who an identify or track message is about. @throws InstrumentationError `id_missing` */
export function requireUserId(sources: Sources, object: MappedObject, record: Recorder | undefined): string {
  return requireId(sources, USER, object, 'id_missing', record);
}

/** Who joins a group message's account. @throws InstrumentationError `id_missing` */
export function requireMemberId(sources: Sources, record: Recorder | undefined): string {
  return requireId(sources, MEMBER, 'user', 'id_missing', record);
}

/** The account of a group message. @throws InstrumentationError `group_id_missing` */
export function requireAccountId(sources: Sources, record: Recorder | undefined): Found<string> {
  const found = findRow(sources, ACCOUNT, record);
  if (found === undefined) throw missing(ACCOUNT, 'group_id_missing');
  record?.wrote('account', ACCOUNT.to, found.path, found.value);
  return found;
}

function requireId(
  sources: Sources,
  row: CompiledRow<string>,
  object: MappedObject,
  code: 'id_missing' | 'group_id_missing',
  record: Recorder | undefined,
): string {
  const found = findRow(sources, row, record);
  if (found === undefined) throw missing(row, code);
  record?.wrote(object, row.to, found.path, found.value);
  return found.value;
}

function missing(row: CompiledRow<string>, code: 'id_missing' | 'group_id_missing'): InstrumentationError {
  const places = row.from.map((source) => source.path);
  const what = code === 'id_missing' ? 'user' : 'group';
  return new InstrumentationError(
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
