import { createHash } from 'node:crypto';
import { namingBy } from '../core/index.js';
import { stringifyJson } from './stringify-json.js';

/** A digest of JSON data of any size, for comparing it with other data. */
export function digest(data: unknown): string {
  return createHash('sha256').update(stringifyJson(data)).digest('base64');
}

/** The name of a text as the key of a map: the text itself, or a digest of a long one (see {@link namingBy}). */
export const shortName = namingBy((text) => createHash('sha256').update(text, 'utf16le').digest('hex'));
