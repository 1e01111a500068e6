import { readFileSync } from 'node:fs';
import path from 'node:path';

const NAME = 'gainsight-px';

/** Reads the version from package.json. The sources and the built files lie at different depths below it. */
export function packageVersion(directory: string = __dirname): string {
  const manifest = readManifest(path.join(directory, 'package.json'));
  if (manifest?.name === NAME && manifest.version !== undefined) return manifest.version;
  const parent = path.dirname(directory);
  if (parent === directory) throw new Error(`no package.json of ${NAME}`);
  return packageVersion(parent);
}

function readManifest(file: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
