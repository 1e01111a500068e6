import { createHash } from 'node:crypto';
import { stringifyJson } from './stringify-json.js';

/** Stands for JSON data of any size where it has to be told apart from other data, and not be read again. */
export function digest(data: unknown): string {
  return createHash('sha256').update(stringifyJson(data)).digest('base64');
}
