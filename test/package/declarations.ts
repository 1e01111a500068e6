import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '../..');
const built = path.join(root, 'dist/esm');

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly import: { readonly types: string } }>>;
}

/** The doors of the package that have types: `.`, `./router` …, each with its declaration file. */
export function doors(): [door: string, declarations: string][] {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(exports).flatMap(([door, target]): [string, string][] =>
    typeof target === 'string' ? [] : [[door, path.join(root, target.import.types)]],
  );
}

/** What a door offers, and what a user of it can meet. */
export interface Door {
  /** Names that the door exports. */
  readonly exported: readonly string[];
  /** Names of all that the signatures of exported things name, directly or through each other. */
  readonly named: readonly string[];
  /** What of it the door does not export, each with a thing that names it. */
  readonly missing: readonly string[];
}

/** Reads the emitted declarations of an entry point. A private member does not belong to a signature. */
export function readDoor(declarations: string): Door {
  const program = createProgram(declarations);
  const checker = program.getTypeChecker();
  const unaliased = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const module = checker.getSymbolAtLocation(program.getSourceFile(declarations)!)!;
  const exports = checker.getExportsOfModule(module);
  const exported = new Set(exports.map(unaliased));

  const named = new Set<string>();
  const missing: string[] = [];
  const seen = new Set<ts.Symbol>();
  const visit = (symbol: ts.Symbol): void => {
    if (seen.has(symbol)) return;
    seen.add(symbol);
    for (const name of (symbol.declarations ?? []).flatMap(typeNames)) {
      const target = checker.getSymbolAtLocation(name);
      if (target === undefined) throw new Error(`unknown name ${name.getText()} in ${symbol.name}`);
      const meant = unaliased(target);
      if (!isOurs(meant)) continue;
      named.add(meant.name);
      if (!exported.has(meant) && !seen.has(meant)) missing.push(`${meant.name}, which ${symbol.name} names`);
      visit(meant);
    }
  };
  for (const symbol of exported) visit(symbol);
  return { exported: exports.map(({ name }) => name), named: [...named], missing };
}

/**
 * The declarations of everything that a door exports, sorted by name and without comments: what a user's code
 * can rely on.
 */
export function printDoor(declarations: string): string {
  const program = createProgram(declarations);
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });
  const exports = checker.getExportsOfModule(
    checker.getSymbolAtLocation(program.getSourceFile(declarations)!)!,
  );
  const texts = exports.map((symbol) => {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const printed = (meant.declarations ?? []).map((declaration) => {
      const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      return printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile());
    });
    return `${symbol.name}:\n${printed.join('\n')}`;
  });
  return texts.sort().join('\n\n');
}

function createProgram(declarations: string): ts.Program {
  return ts.createProgram([declarations], {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
  });
}

/** Whether one of our files declares it at the top level; a type parameter is not. */
function isOurs({ flags, declarations = [] }: ts.Symbol): boolean {
  if (flags & ts.SymbolFlags.TypeParameter) return false;
  return declarations.some(
    (declaration) => declaration.getSourceFile().fileName.startsWith(built) && isAtTop(declaration),
  );
}

function isAtTop(declaration: ts.Declaration): boolean {
  // `const` statements have two nodes between a variable and its file.
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.isSourceFile(statement.parent);
}

/**
 * The names of types in a declaration. Values behind `typeof` are none: a user names the type that is made of
 * them.
 */
function typeNames(declaration: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(isPrivate)) return;
    if (ts.isTypeReferenceNode(node)) found.push(node.typeName);
    else if (ts.isExpressionWithTypeArguments(node)) found.push(node.expression);
    else if (ts.isImportTypeNode(node) && node.qualifier !== undefined) found.push(node.qualifier);
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return found;
}

function isPrivate({ kind }: ts.ModifierLike): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword;
}
