import { CUSTOM_EVENT } from '../validation/fields.js';
import { validateBody } from '../validation/validate.js';
import { CREATED, invalid, type Handler } from './call.js';

/** 201, for a user that PX does not know too: no 404 is declared. Events of a denylisted user are answered and ignored. */
export const createEvent: Handler = ({ id, body, bodyText }, world) => {
  const errors = validateBody(body, CUSTOM_EVENT);
  if (errors.length > 0) return invalid(errors);
  if (world.denied.has(id)) world.events.ignored += 1;
  else world.events.add(body, bodyText);
  return CREATED;
};
