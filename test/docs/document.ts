import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A document of the project, as tests read it. */
export function readDocument(name: string): string {
  return readFileSync(path.join(__dirname, '../../docs', name), 'utf8');
}

/** The rows of all tables whose header begins with `first`, without header and rule, each cell trimmed. */
export function tableRows(text: string, first: string): string[][] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (!line.startsWith(`| ${first} |`)) return [];
    const end = lines.findIndex((other, at) => at > index && !other.startsWith('|'));
    return lines.slice(index + 2, end).map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  });
}
