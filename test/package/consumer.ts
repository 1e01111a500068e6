import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '../..');
const { name: NAME } = jest.requireActual<{ name: string }>('../../package.json');

/** A folder in which the built package is installed. */
export class Consumer {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-consumer-'));

  constructor() {
    mkdirSync(path.join(this.folder, 'node_modules'));
    symlinkSync(root, path.join(this.folder, 'node_modules', NAME), 'dir');
  }

  /** Writes a file of theirs, and returns its path. */
  write(file: string, text: string): string {
    const target = path.join(this.folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    return target;
  }

  /**
   * What the compiler says of a file, most strictly, libraries included; `types` are the packages of `@types`
   * that they have.
   */
  faultsOf(file: string, text: string, types: readonly string[] = [], lib = ['lib.es2022.d.ts']): string[] {
    const target = this.write(file, text);
    const program = ts.createProgram([target], {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      target: ts.ScriptTarget.ES2022,
      lib,
      types: [...types],
      typeRoots: [path.join(root, 'node_modules/@types')],
    });
    return ts.getPreEmitDiagnostics(program).map(({ file: where, start, messageText }) => {
      const line = where === undefined ? 0 : where.getLineAndCharacterOfPosition(start!).line + 1;
      const name = where === undefined ? '' : path.basename(where.fileName);
      return `${name}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
