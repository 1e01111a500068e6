import { readFileSync } from 'node:fs';
import { generateMappingDoc, MAPPING_DOC_FILE } from '../../scripts/generate-mapping-doc';

test('docs/mapping.md is what the mapping tables generate: run `npm run generate` after changing them', () => {
  expect(readFileSync(MAPPING_DOC_FILE, 'utf8')).toBe(generateMappingDoc());
});
