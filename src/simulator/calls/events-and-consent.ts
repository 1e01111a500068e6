import { json } from '../http/index.js';
import {
  CUSTOM_EVENT,
  DENIAL,
  IDENTITY,
  PREFERENCES,
  PREFERENCE_NAMES,
  validateBody,
  type PreferenceName,
} from '../validation/index.js';
import { CREATED, NO_CONTENT, invalid, notFound, type Handler } from './call.js';

/**
 * 201, for an unknown user too: the API description declares no 404. PX answers the events of a denylisted
 * user and ignores them.
 */
export const createEvent: Handler = ({ id, body, bodyText }, store) => {
  const errors = validateBody(body, CUSTOM_EVENT);
  if (errors.length > 0) return invalid(errors);
  if (store.denied.has(id)) store.events.ignored += 1;
  else store.events.add(body, bodyText);
  return CREATED;
};

/** 200 with the six preferences, null for one never set; 404 for an unknown user (preferences article). */
export const getPreferences: Handler = ({ id, idFields, body }, store) => {
  const errors = validateBody(body, IDENTITY, idFields);
  if (errors.length > 0) return invalid(errors);
  if (store.users.find(id) === undefined) return notFound('user');
  const set = store.preferences.get(id) ?? {};
  return json(200, Object.fromEntries(PREFERENCE_NAMES.map((name) => [name, set[name] ?? null])));
};

/**
 * 204; true and false replace the stored value, null changes nothing; 404 for an unknown user (preferences
 * article).
 */
export const setPreferences: Handler = ({ id, idFields, body }, store) => {
  const errors = validateBody(body, PREFERENCES, idFields);
  if (errors.length > 0) return invalid(errors);
  if (body.identifyId !== undefined && body.identifyId !== id) {
    return invalid([{ object: PREFERENCES.name, field: 'identifyId', message: 'differs from the path' }]);
  }
  if (store.users.find(id) === undefined) return notFound('user');

  const preferences: Partial<Record<PreferenceName, boolean>> = { ...store.preferences.get(id) };
  for (const name of PREFERENCE_NAMES) {
    const value = body[name];
    if (typeof value === 'boolean') preferences[name] = value;
  }
  store.preferences.set(id, preferences);
  return NO_CONTENT;
};

/** 204; PX then ignores the user's events; 404 for an unknown user (Gainsight PX API description v0.1.6). */
export const denyUser: Handler = ({ id, body }, store) => {
  const errors = validateBody(body, DENIAL);
  if (errors.length > 0) return invalid(errors);
  if (store.users.find(id) === undefined) return notFound('user');
  if (body.denied === true) store.denied.add(id);
  else store.denied.delete(id);
  return NO_CONTENT;
};
