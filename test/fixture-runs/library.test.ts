import { checkFixture } from './check-fixture';
import { FOLDERS, loadFixtures } from './load-fixtures';

const fixtures = loadFixtures();

describe.each(FOLDERS)('%s', (folder) => {
  const mine = fixtures.filter(({ name }) => name.startsWith(`${folder}/`)).map((f) => [f.name, f] as const);

  it('has fixtures', () => expect(mine.length).toBeGreaterThan(0));

  test.each(mine)('%s', (_name, fixture) => {
    checkFixture(fixture);
  });
});
