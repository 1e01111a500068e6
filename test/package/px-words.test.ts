import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

/** Layers that know no destination: what only PX has, its names, paths, fields and header, is in `src/destinations/gainsight_px`. */
const LAYERS = ['src/core', 'src/router'];

const PX_WORDS =
  /px|gainsight|aptrinsic|identifyId|propertyKey|externalapierror|subErrors|hardDelete|denylist|globalContext|(?:users|accounts|events|preferences)\.(?:create|update|delete|deny|get|set)\b/i;

/** The lines that name it all the same: the door gives PX's API and limits to the router, and errors carry the name of the package. */
const ALLOWED = new Set([
  "src/router/index.ts: import { PX_API } from '../destinations/gainsight_px/index.js';",
  'src/router/index.ts: return new PlanRouter(parseOptions(options, PX_API));',
  'src/router/index.ts: export const ROUTER_DEFAULTS = { ...DEFAULTS, ...PX_API.limits } as const;',
  "src/core/errors.ts: const BRAND = Symbol.for('gainsight-px.error');",
]);

function linesWithPxWords(file: string): string[] {
  return readFileSync(path.join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      PX_WORDS.test(line) && !ALLOWED.has(`${file}: ${line.trim()}`)
        ? [`${file}:${index + 1}: ${line.trim()}`]
        : [],
    );
}

test.each(LAYERS)('%s holds nothing that only PX has', (layer) => {
  const files = readdirSync(path.join(ROOT, layer), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.posix.join(layer, file));
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap(linesWithPxWords)).toEqual([]);
});
