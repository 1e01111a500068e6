import type { AttributeModel } from '../validation/attribute-catalogue.js';
import type { Collection } from '../store/collection.js';
import { ACCOUNT, IDENTITY, USER, type ObjectModel } from '../validation/fields.js';
import { json, problem } from '../http/reply.js';
import { validateBody } from '../validation/validate.js';
import type { World } from '../store/store.js';
import { CREATED, NO_CONTENT, invalid, notFound, readHardDelete, type Call, type Handler } from './call.js';

/** What users and accounts differ in. */
interface Kind {
  readonly model: ObjectModel;
  readonly attributes: AttributeModel;
  readonly idField: 'identifyId' | 'id';
  readonly collection: (world: World) => Collection;
  readonly remove: (world: World, id: string, hard: boolean) => boolean;
}

const USERS: Kind = {
  model: USER,
  attributes: 'user',
  idField: 'identifyId',
  collection: (world) => world.users,
  remove: (world, id, hard) => world.users.delete(id, hard),
};

const ACCOUNTS: Kind = {
  model: ACCOUNT,
  attributes: 'account',
  idField: 'id',
  collection: (world) => world.accounts,
  remove: (world, id, hard) => world.deleteAccount(id, hard),
};

function faultsOf(kind: Kind, call: Call, world: World, required: readonly string[]) {
  const errors = validateBody(call.body, kind.model, required);
  return errors.length > 0 ? errors : world.attributes.check(kind.attributes, call.body);
}

/** 201; a duplicate is a 400, never a 409 (Gainsight PX API description v0.1.6). */
const createIn =
  (kind: Kind): Handler =>
  (call, world) => {
    const errors = faultsOf(kind, call, world, kind.model.required);
    if (errors.length > 0) return invalid(errors);
    const record = world.attributes.trim(kind.attributes, call.body);
    if (kind.collection(world).create(call.id, record)) return CREATED;
    return problem(400, `The ${kind.model.name} could not be created: possible duplicate`);
  };

/** 204; 404 for an object that is not there: an update never creates (Gainsight PX API description v0.1.6). */
const updateIn =
  (kind: Kind): Handler =>
  (call, world) => {
    const { body } = call;
    const errors = faultsOf(kind, call, world, call.idFields);
    if (errors.length > 0) return invalid(errors);
    // That an id in the body must be the one in the path is inferred: an update that renames would be worse.
    if (body[kind.idField] !== undefined && body[kind.idField] !== call.id) {
      return invalid([{ object: kind.model.name, field: kind.idField, message: 'differs from the path' }]);
    }
    const record = { ...world.attributes.trim(kind.attributes, body), [kind.idField]: call.id };
    return kind.collection(world).update(call.id, record) ? NO_CONTENT : notFound(kind.model.name);
  };

const getFrom =
  (kind: Kind): Handler =>
  (call, world) => {
    const record = kind.collection(world).find(call.id);
    return record === undefined ? notFound(kind.model.name) : json(200, record);
  };

/** 204, 404 when gone already. Soft, unless `hardDelete=true` (Gainsight PX API description v0.1.6 and support articles). */
const deleteFrom =
  (kind: Kind): Handler =>
  (call, world) => {
    const errors = validateBody(call.body, IDENTITY, call.idFields);
    if (errors.length > 0) return invalid(errors);
    const hard = readHardDelete(call.query);
    if (hard === undefined) return problem(400, 'hardDelete must be true or false');
    return kind.remove(world, call.id, hard) ? NO_CONTENT : notFound(kind.model.name);
  };

export const createUser = createIn(USERS);
export const updateUser = updateIn(USERS);
export const getUser = getFrom(USERS);
export const deleteUser = deleteFrom(USERS);
export const createAccount = createIn(ACCOUNTS);
export const updateAccount = updateIn(ACCOUNTS);
export const getAccount = getFrom(ACCOUNTS);
export const deleteAccount = deleteFrom(ACCOUNTS);
