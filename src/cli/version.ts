import { readFileSync } from 'node:fs';
import path from 'node:path';

const PACKAGE = 'gainsight-px';

/** The version of this package. Its package.json lies at another height above the sources than above what is built of them. */
export function packageVersion(directory: string = __dirname): string {
  const manifest = readManifest(path.join(directory, 'package.json'));
  if (manifest?.name === PACKAGE && manifest.version !== undefined) return manifest.version;
  const parent = path.dirname(directory);
  if (parent === directory) throw new Error(`no package.json of ${PACKAGE}`);
  return packageVersion(parent);
}

function readManifest(file: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
