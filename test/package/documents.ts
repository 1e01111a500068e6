import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** The files of the package, as `npm pack` chooses them, without those of bundled dependencies. */
export function packedFiles(): string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const text = execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const [packed] = JSON.parse(text) as [{ readonly files: readonly { readonly path: string }[] }];
  return packed.files.map((file) => file.path).filter((file) => !file.startsWith('node_modules/'));
}

/** A fenced block of a document. */
export interface Snippet {
  readonly document: string;
  /** The line that it begins on. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a document in one of the languages. */
export function snippetsOf(document: string, languages: readonly string[]): Snippet[] {
  const text = readDocument(document);
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap((match): Snippet[] => {
    const [, language, body] = match as unknown as [string, string, string];
    if (!languages.includes(language)) return [];
    return [{ document, line: text.slice(0, match.index).split('\n').length + 1, language, text: body }];
  });
}

/** The targets of a document's links to files, with the fragment where there is one. */
export function linksOf(document: string): string[] {
  return [...withoutCode(document).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/i.test(target));
}

/** The fragments that lead to a heading of a document, as GitHub makes them. */
export function anchorsOf(document: string): string[] {
  return [...withoutCode(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

export function readDocument(document: string): string {
  return readFileSync(path.join(root, document), 'utf8');
}

function withoutCode(document: string): string {
  return readDocument(document).replace(/^```[^]*?^```$/gm, '');
}
