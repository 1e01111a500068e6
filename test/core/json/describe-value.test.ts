import { foundText } from '../../../src/core/json/describe-value';

test.each([
  [undefined, 'nothing'],
  [null, 'null'],
  ['', 'an empty string'],
  [' \t', 'a blank string'],
  ['a\ud800', 'a string with a lone surrogate'],
  ['secret', 'another string'],
  [7, 'number'],
  [NaN, 'a number that is not finite'],
  [-Infinity, 'a number that is not finite'],
  [true, 'boolean'],
  [[], 'array'],
  [{}, 'object'],
  [new Date(0), 'date'],
])('%p is %s', (value, text) => {
  expect(foundText(value)).toBe(text);
});
