import { createHash } from 'node:crypto';
import { stringifyJson } from './stringify-json.js';

/** Longer texts are replaced by their digest. */
const LONGEST_KEY = 256;

/** Stands for JSON data of any size where it has to be told apart from other data, and not be read again. */
export function digest(data: unknown): string {
  return createHash('sha256').update(stringifyJson(data)).digest('base64');
}

/**
 * A text as a key of a map: itself, or something short that stands for it. V8 hashes texts of 16,384 characters and more by their length alone,
 * so a map of many such keys compares each with all others, and the keys take as much memory as whoever sends them likes.
 */
export function shortKey(text: string): string {
  return text.length <= LONGEST_KEY ? text : `sha256 ${digest(text)}`;
}
