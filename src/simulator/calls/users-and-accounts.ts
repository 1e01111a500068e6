import { json, problem } from '../http/index.js';
import type { Collection, Store } from '../store/index.js';
import {
  ACCOUNT,
  IDENTITY,
  USER,
  validateBody,
  type AttributeModel,
  type ObjectModel,
} from '../validation/index.js';
import { CREATED, NO_CONTENT, invalid, notFound, readHardDelete, type Call, type Handler } from './call.js';

/** How users and accounts differ. */
interface Kind {
  readonly model: ObjectModel;
  readonly attributes: AttributeModel;
  readonly idField: 'identifyId' | 'id';
  readonly collection: (store: Store) => Collection;
  readonly remove: (store: Store, id: string, hard: boolean) => boolean;
}

const USERS: Kind = {
  model: USER,
  attributes: 'user',
  idField: 'identifyId',
  collection: (store) => store.users,
  remove: (store, id, hard) => store.users.delete(id, hard),
};

const ACCOUNTS: Kind = {
  model: ACCOUNT,
  attributes: 'account',
  idField: 'id',
  collection: (store) => store.accounts,
  remove: (store, id, hard) => store.deleteAccount(id, hard),
};

function subErrorsOf(kind: Kind, call: Call, store: Store, required: readonly string[]) {
  const errors = validateBody(call.body, kind.model, required);
  return errors.length > 0 ? errors : store.attributes.check(kind.attributes, call.body);
}

/** 201; a duplicate is a 400, never a 409 (Gainsight PX API description v0.1.6). */
const createIn =
  (kind: Kind): Handler =>
  (call, store) => {
    const errors = subErrorsOf(kind, call, store, kind.model.required);
    if (errors.length > 0) return invalid(errors);
    const record = store.attributes.trim(kind.attributes, call.body);
    if (kind.collection(store).create(call.id, record)) return CREATED;
    return problem(400, `The ${kind.model.name} could not be created: possible duplicate`);
  };

/** 204; 404 for an unknown object: an update never creates one (Gainsight PX API description v0.1.6). */
const updateIn =
  (kind: Kind): Handler =>
  (call, store) => {
    const { body } = call;
    const errors = subErrorsOf(kind, call, store, call.idFields);
    if (errors.length > 0) return invalid(errors);
    // Inferred: the id in the body must equal the id in the path. An update that renames would be worse.
    if (body[kind.idField] !== undefined && body[kind.idField] !== call.id) {
      return invalid([{ object: kind.model.name, field: kind.idField, message: 'differs from the path' }]);
    }
    const record = { ...store.attributes.trim(kind.attributes, body), [kind.idField]: call.id };
    return kind.collection(store).update(call.id, record) ? NO_CONTENT : notFound(kind.model.name);
  };

const getFrom =
  (kind: Kind): Handler =>
  (call, store) => {
    const record = kind.collection(store).find(call.id);
    return record === undefined ? notFound(kind.model.name) : json(200, record);
  };

/**
 * 204; 404 for an object that is already deleted. The deletion is soft, unless `hardDelete=true` (Gainsight
 * PX API description v0.1.6 and support articles).
 */
const deleteFrom =
  (kind: Kind): Handler =>
  (call, store) => {
    const errors = validateBody(call.body, IDENTITY, call.idFields);
    if (errors.length > 0) return invalid(errors);
    const hard = readHardDelete(call.query);
    if (hard === undefined) return problem(400, 'hardDelete must be true or false');
    return kind.remove(store, call.id, hard) ? NO_CONTENT : notFound(kind.model.name);
  };

export const createUser = createIn(USERS);
export const updateUser = updateIn(USERS);
export const getUser = getFrom(USERS);
export const deleteUser = deleteFrom(USERS);
export const createAccount = createIn(ACCOUNTS);
export const updateAccount = updateIn(ACCOUNTS);
export const getAccount = getFrom(ACCOUNTS);
export const deleteAccount = deleteFrom(ACCOUNTS);
