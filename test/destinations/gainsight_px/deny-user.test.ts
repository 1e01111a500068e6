import { denyUser, type DestinationConfig } from '../../../src/index';

const config: DestinationConfig = { apiKey: 'key', productTagKey: 'AP-EXAMPLE-2' };

test.each([undefined, null, 'false', 0])('denied: %p is refused, and not sent as it is', (denied) => {
  expect(() => denyUser('u1', denied as unknown as boolean, config)).toThrow(
    /denied: expected true or false, found/,
  );
});

test('true and false are sent', () => {
  const bodies = [true, false].map((denied) => denyUser('u1', denied, config).steps[0].request.body);
  expect(bodies).toEqual([{ denied: true }, { denied: false }]);
});
