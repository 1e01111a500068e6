import type { PlanNote } from '../plan.js';
import type { DropReason } from './record.js';

/** Why a value is not sent, in words. */
export const DROP_REASON_TEXTS: Readonly<Record<DropReason, string>> = {
  unmapped: 'no field and no map row reads it',
  empty: 'null, blank, or an object with nothing in it',
  unconvertible: "not of the field's type",
  shadowed: 'another source of the field came first',
  reserved: 'the name is reserved',
  stripped: 'stripUrlQuery keeps it out',
  junkId: 'a placeholder, not an id',
  idNotExact: 'an id as a number that JSON readers round: send a string',
  preferenceNotBoolean: 'called like a preference, but neither true nor false',
  notAnObject: 'not an object: counts as absent',
};

/** What a plan leaves out, in words. */
export const NOTE_TEXTS: Readonly<Record<PlanNote, string>> = {
  link_skipped: 'link_skipped: there is no usable user id, so the account is written and no user is linked',
};
