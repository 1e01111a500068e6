/** What PX accepts in a request body. */
export { AttributeCatalogue } from './attribute-catalogue.js';
export type {
  AttributeDeclaration,
  AttributeInput,
  AttributeModel,
  UndeclaredAttributes,
} from './attribute-catalogue.js';
export { ACCOUNT, CUSTOM_EVENT, DENIAL, IDENTITY, PREFERENCES, PREFERENCE_NAMES, USER } from './fields.js';
export type { ObjectModel, PreferenceName } from './fields.js';
export { validateBody } from './validate.js';
