// Writes what is generated from other sources: run it after a change to a mapping table or to config.schema.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateConfigValidator, VALIDATOR_FILE } from './generate-config-validator';
import { generateMappingDoc, MAPPING_DOC_FILE } from './generate-mapping-doc';

const files = [
  [VALIDATOR_FILE, generateConfigValidator()],
  [MAPPING_DOC_FILE, generateMappingDoc()],
] as const;

for (const [file, text] of files) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${path.relative(process.cwd(), file)}`);
}
