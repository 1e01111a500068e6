import { nearestField } from '../../../src/core/text/nearest-name';

const NAMES = [
  'email',
  'firstName',
  'lastName',
  'signUpDate',
  'location.city',
  'location.coordinates.latitude',
] as const;

test.each([
  ['SIGN_UP_DATE', 'signUpDate'],
  ['signupdate', 'signUpDate'],
  ['e-mail', 'email'],
  ['emial', 'email'],
  ['first name', 'firstName'],
  ['FAMILY_NAME', 'firstName'],
  ['city', 'location.city'],
  ['address.city', 'location.city'],
  ['latitude', 'location.coordinates.latitude'],
])('%s most likely means %s', (text, name) => {
  expect(nearestField(text, NAMES)).toBe(name);
});

test.each(['', '...', '%', '名前', 'x'.repeat(2 ** 22), `${'a.'.repeat(2 ** 20)}b`])(
  'case %#: one of the names, whatever the text',
  (text) => {
    expect(NAMES).toContain(nearestField(text, NAMES));
  },
);
