// Writes the generated files. Run it after a change to a mapping table, to config.schema.json, or to the
// answers of the service.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateConfigValidator, VALIDATOR_FILE } from './generate-config-validator';
import { generateMappingDoc, MAPPING_DOC_FILE } from './generate-mapping-doc';
import { generateRudderstackDoc, RUDDERSTACK_DOC_FILE } from './generate-rudderstack-doc';

async function main(): Promise<void> {
  const files = [
    [VALIDATOR_FILE, generateConfigValidator()],
    [MAPPING_DOC_FILE, generateMappingDoc()],
    [RUDDERSTACK_DOC_FILE, await generateRudderstackDoc(readFileSync(RUDDERSTACK_DOC_FILE, 'utf8'))],
  ] as const;

  for (const [file, text] of files) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path.relative(process.cwd(), file)}`);
  }
}

void main();
