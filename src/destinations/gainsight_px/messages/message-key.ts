import { compileRow, findRow, isObject, readSources } from '../../../core/index.js';
import { ACCOUNT_ID, GROUP_MEMBER_ID, USER_ID } from '../fields.js';

const USER = compileRow(USER_ID);
const MEMBER = compileRow(GROUP_MEMBER_ID);
const ACCOUNT = compileRow(ACCOUNT_ID);

/**
 * The key by which messages keep their order in a queue with several partitions: the id of the user that a message is about, found as the
 * mapping finds it; for a group message without a user the id of the account; `undefined` where neither is usable.
 *
 * It depends on no configuration and throws nothing, whatever the message is. Messages of one account have the keys of their users, so
 * they may be in several partitions.
 *
 * @example
 * messageKey({ type: 'track', userId: 'ada', event: 'Signed Up' }); // 'ada'
 * messageKey({ type: 'group', groupId: 'acme', traits: { plan: 'pro' } }); // 'acme'
 */
export function messageKey(message: unknown): string | undefined {
  try {
    if (!isObject(message)) return undefined;
    const sources = readSources(message, undefined);
    const { type } = message;
    const isGroup = typeof type === 'string' && type.toLowerCase() === 'group';
    const found = isGroup
      ? (findRow(sources, MEMBER, undefined) ?? findRow(sources, ACCOUNT, undefined))
      : findRow(sources, USER, undefined);
    return found?.value;
  } catch {
    // A getter or a proxy that throws: the mapping refuses the message, wherever it is.
    return undefined;
  }
}
