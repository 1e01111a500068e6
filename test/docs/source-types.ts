import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '../..');

/** The sources as the compiler sees them: what a document lists is read from the types, so that it cannot be forgotten. */
export class SourceTypes {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;

  constructor() {
    const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile) as {
      config: object;
    };
    const { fileNames, options } = ts.parseJsonConfigFileContent(
      { ...config, include: ['src'] },
      ts.sys,
      root,
    );
    this.#program = ts.createProgram(fileNames, options);
    this.#checker = this.#program.getTypeChecker();
  }

  /** The strings of a union type that one of the sources declares. */
  strings(name: string): string[] {
    return stringsOf(this.#declared(name)).sort();
  }

  /** The names of the members of an interface that one of the sources of a layer declares. */
  members(layer: string, name: string): string[] {
    return this.#declared(name, path.join('src', layer))
      .getProperties()
      .map((property) => property.name)
      .sort();
  }

  /** For every `new SomeError(code, …)` in the sources: the class, and all codes that the first argument can be. */
  thrown(classes: readonly string[]): { readonly className: string; readonly codes: readonly string[] }[] {
    const found: { className: string; codes: string[] }[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && classes.includes(node.expression.getText())) {
        const code = this.#checker.getTypeAtLocation(node.arguments![0]!);
        found.push({ className: node.expression.getText(), codes: stringsOf(code) });
      }
      ts.forEachChild(node, visit);
    };
    this.#filesIn('src').forEach(visit);
    return found;
  }

  #filesIn(folder: string): ts.SourceFile[] {
    const start = path.join(root, folder) + path.sep;
    return this.#program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(start));
  }

  #declared(name: string, folder = 'src'): ts.Type {
    const isMeant = (node: ts.Node): node is ts.TypeAliasDeclaration | ts.InterfaceDeclaration =>
      (ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) && node.name.text === name;
    const found = this.#filesIn(folder).flatMap(({ statements }) => statements.filter(isMeant));
    if (found.length !== 1) throw new Error(`expected one declaration of ${name}, found ${found.length}`);
    return this.#checker.getTypeAtLocation(found[0]!);
  }
}

function stringsOf(type: ts.Type): string[] {
  const parts = type.isUnion() ? type.types : [type];
  return parts.map((part) => {
    if (!part.isStringLiteral()) throw new Error(`not a string literal: ${part.symbol?.name ?? part.flags}`);
    return part.value;
  });
}
