/**
 * Ids that servers, proxies and URL parsers are known to read as something else, next to what they would be read as: whoever
 * confuses two of them reaches another object.
 */
export const HAZARDOUS_IDS: readonly string[] = [
  'a/b',
  'a%2Fb',
  'a%2fb',
  'a',
  'b',
  'ab',
  'u1?x=1',
  'u1',
  ' u1',
  'u1 ',
  'x/../victim',
  'x/..%2Fvictim',
  'victim',
  '..',
  '.',
  '...',
  '50%off',
  '50',
  '50%25off',
  'a;b=c',
  'a;',
  'a+b',
  'a b',
  'a%20b',
  'a\tb',
  'a\nb',
  'a\u0000b',
  'a#b',
  'a\\b',
  'update',
  'Update',
  'delete',
  'denylist',
  'denylist/u1',
  'ada@example.com',
  'ada+test@example.com',
  'ada test@example.com',
  '🦜',
  'é',
  'e\u0301',
  'Ада',
  'u\u200b1',
  "a:b!c$d&e'f(g)h*i,j=k",
  'Null',
  'none',
  '0',
  '__proto__',
  'constructor',
  'x'.repeat(512),
  'x'.repeat(513),
  'long-'.repeat(4000),
];

/** Texts that programs write where they have no id: in messages they count as absent, but a user of that name can be erased. */
export const JUNK_IDS: readonly string[] = [
  'undefined',
  'null',
  'NaN',
  '[object Object]',
  '00000000-0000-0000-0000-000000000000',
];

/** Whole numbers that JSON readers round. */
export const INEXACT_NUMBERS: readonly number[] = [2 ** 53, -(2 ** 53), 2 ** 53 + 2, 2 ** 63, -1e21, 1e300];
