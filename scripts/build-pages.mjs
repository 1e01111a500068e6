// Bundles each page of src/web into one self-contained file, dist/web/<page>.html: it needs nothing but itself, from a server or a folder.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** The title of each page, and where it may fetch from. */
const PAGES = {
  inspector: { title: 'Gainsight PX inspector', connect: "'none'" },
  report: { title: 'Delivery to Gainsight PX', connect: "'none'" },
  live: { title: 'Live events to Gainsight PX', connect: "'self'" },
};

/**
 * The editor's commands import a parser that the pages do not use: JSON needs none. Its package does not say that it may be left out.
 */
const withoutParser = {
  name: 'without-parser',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@lezer\// }, async ({ path: name, pluginData, ...from }) =>
      pluginData === withoutParser
        ? undefined
        : { ...(await resolve(name, { ...from, pluginData: withoutParser })), sideEffects: false },
    );
  },
};

for (const [name, page] of Object.entries(PAGES)) {
  const entry = path.join(root, 'src/web', name, 'main.tsx');
  if (!existsSync(entry)) continue;
  mkdirSync(path.join(root, 'dist/web'), { recursive: true });
  writeFileSync(path.join(root, 'dist/web', `${name}.html`), await pageOf(entry, page));
}

async function pageOf(entry, { title, connect }) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    plugins: [withoutParser],
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    outdir: '/',
    write: false,
    logLevel: 'warning',
  });
  const textOf = (kind) => outputFiles.find((file) => file.path.endsWith(kind))?.text.trim() ?? '';
  // Within an element, its own end tag would end it; within a script, `<!--` begins a state of its own.
  const script = textOf('.js').replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const style = textOf('.css').replaceAll('</style', '<\\/style');
  // Styles need 'unsafe-inline': the editor adds its own while it runs.
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const parts = { policy, title, style, script, data: 'null' };
  const template = readFileSync(path.join(root, 'src/web/page.html'), 'utf8');
  return template.replace(/\{\{(\w+)\}\}/g, (_match, part) => parts[part]);
}
