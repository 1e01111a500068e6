import { doors, printDoor } from './declarations';

// Nothing becomes public, and nothing stops being public, by accident. When a change is meant, update the report:
// npm run build && npx jest test/package/public-api -u
test.each(doors())('the public types of %s are those in the report', (_door, declarations) => {
  expect(printDoor(declarations)).toMatchSnapshot();
});
