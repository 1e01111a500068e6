import type { ConverterName } from '../../../core/index.js';

const WORDS: Readonly<Record<ConverterName, string>> = {
  text: 'a text that is not blank, a number, or true or false',
  number: 'a number, or a text that is one',
  integer: 'a number, or a text that is one',
  boolean: 'true, false, 1, 0, or one of the words true, false, yes, no',
  trueOrFalse: 'true or false',
  date: 'an ISO 8601 date, or seconds or milliseconds since 1970',
  gender: 'female, male, other, f, m or o',
  id: 'a text that is not blank, or a number',
  name: 'a text that is not blank, or a number',
  textOrNumber: 'a text that is not blank, or a number',
};

/** What a field of PX takes, by the converter of its row. */
export function expectedWords(converter: ConverterName): string {
  return WORDS[converter];
}
