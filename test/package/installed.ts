import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What is read of a package's manifest. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** The folders of all packages below a `node_modules`, however deep. */
export function installedPackages(modules: string): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const folder = path.join(modules, name);
      if (name.startsWith('@')) return installedPackages(folder);
      return [folder, ...installedPackages(path.join(folder, 'node_modules'))];
    });
}

/** Where a package finds another one, as Node looks for it; `undefined` where it does not. */
export function resolvePackage(from: string, name: string): string | undefined {
  const found = path.join(from, 'node_modules', name);
  if (existsSync(path.join(found, 'package.json'))) return found;
  const parent = path.dirname(from);
  return parent === from ? undefined : resolvePackage(parent, name);
}
