import { createHash } from 'node:crypto';
import { namingBy } from '../core/index.js';

/** The name of a text as the key of a map: itself, or for a long one a digest (see {@link namingBy}). */
export const shortName = namingBy((text) => createHash('sha256').update(text, 'utf16le').digest('hex'));
