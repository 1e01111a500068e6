import { DENIAL, IDENTITY, PREFERENCES, PREFERENCE_NAMES } from '../validation/fields.js';
import { json } from '../http/reply.js';
import { validateBody } from '../validation/validate.js';
import type { PreferenceName } from '../store/store.js';
import { NO_CONTENT, invalid, notFound, type Handler } from './call.js';

/** 200 with the six preferences, null for one never set; 404 for an unknown user (preferences article). */
export const getPreferences: Handler = ({ id, idFields, body }, world) => {
  const errors = validateBody(body, IDENTITY, idFields);
  if (errors.length > 0) return invalid(errors);
  if (world.users.find(id) === undefined) return notFound('user');
  const set = world.preferences.get(id) ?? {};
  return json(200, Object.fromEntries(PREFERENCE_NAMES.map((name) => [name, set[name] ?? null])));
};

/** 204; only what is true or false overrides, null changes nothing; 404 for an unknown user (preferences article). */
export const setPreferences: Handler = ({ id, idFields, body }, world) => {
  const errors = validateBody(body, PREFERENCES, idFields);
  if (errors.length > 0) return invalid(errors);
  if (body.identifyId !== undefined && body.identifyId !== id) {
    return invalid([{ object: PREFERENCES.name, field: 'identifyId', message: 'differs from the path' }]);
  }
  if (world.users.find(id) === undefined) return notFound('user');

  const preferences: Partial<Record<PreferenceName, boolean>> = { ...world.preferences.get(id) };
  for (const name of PREFERENCE_NAMES) {
    const value = body[name];
    if (typeof value === 'boolean') preferences[name] = value;
  }
  world.preferences.set(id, preferences);
  return NO_CONTENT;
};

/** 204; from then on PX ignores the user's events; 404 for an unknown user (Gainsight PX API description v0.1.6). */
export const denyUser: Handler = ({ id, body }, world) => {
  const errors = validateBody(body, DENIAL);
  if (errors.length > 0) return invalid(errors);
  if (world.users.find(id) === undefined) return notFound('user');
  if (body.denied === true) world.denied.add(id);
  else world.denied.delete(id);
  return NO_CONTENT;
};
