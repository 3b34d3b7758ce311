// @vitest-environment node
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "..");
const config = ts.readConfigFile(join(folder, "../tsconfig.json"), ts.sys.readFile);
const { fileNames, options } = ts.parseJsonConfigFileContent(config.config, ts.sys, join(folder, ".."));
const isCatalogue = (file: ts.SourceFile): boolean => /\/texts\/en(\.ts|\/)/.test(file.fileName);
const isTest = (file: ts.SourceFile): boolean => file.fileName.includes(".test.");

const bare = (node: ts.Expression): ts.Expression => (ts.isAsExpression(node) ? bare(node.expression) : node);

/** The entries of the catalogue that no source reads, as `users.import.title`. */
function unused(): string[] {
  // Packages have no texts: without them it takes a second or two.
  const own = { ...options, types: [] };
  const host = ts.createCompilerHost(own);
  host.resolveModuleNameLiterals = (literals, file) =>
    literals.map(({ text }) =>
      text.startsWith(".") ? ts.resolveModuleName(text, file, own, host) : { resolvedModule: undefined },
    );
  const program = ts.createProgram(fileNames, own, host);
  const checker = program.getTypeChecker();
  const read = new Set<ts.Node>();
  const entry = (symbol: ts.Symbol | undefined): ts.PropertyAssignment | null => {
    const node = symbol?.declarations?.[0];
    return node && ts.isPropertyAssignment(node) && isCatalogue(node.getSourceFile()) ? node : null;
  };
  /** One entry was read; `whole` with all that is in it. */
  const mark = (symbol: ts.Symbol | undefined, whole: boolean): void => {
    const node = entry(symbol);
    const value = node && bare(node.initializer);
    if (!node || !value) return;
    if (!ts.isObjectLiteralExpression(value)) read.add(node);
    else if (whole) {
      read.add(node);
      for (const one of value.properties) mark(checker.getSymbolAtLocation(one.name as ts.Node), true);
    }
  };
  // To know a symbol takes its types, and all that they come from: only `t` and what was made of it is looked at.
  let names = new Set<string>();
  const isOfTexts = (node: ts.Node): boolean => {
    if (ts.isIdentifier(node)) return names.has(node.text);
    return (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) && isOfTexts(node.expression);
  };
  const collect = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer && isOfTexts(node.initializer)) {
      const bound = ts.isObjectBindingPattern(node.name) ? node.name.elements.map(({ name }) => name) : [node.name];
      for (const name of bound) names.add(name.getText());
    }
    ts.forEachChild(node, collect);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && isOfTexts(node.expression)) {
      const { parent } = node;
      const goesOn =
        (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === node;
      const isAlias = ts.isVariableDeclaration(parent);
      mark(checker.getSymbolAtLocation(node.name), !goesOn && !isAlias);
    } else if (ts.isElementAccessExpression(node) && isOfTexts(node.expression)) {
      const holder = checker.getTypeAtLocation(node.expression);
      const index = checker.getTypeAtLocation(node.argumentExpression);
      const keys = index.isUnion() ? index.types : [index];
      const found = keys.map((name) => (name.isStringLiteral() ? holder.getProperty(name.value) : undefined));
      if (found.every((symbol) => symbol !== undefined)) {
        for (const symbol of found) mark(symbol, true);
      } else if (ts.isPropertyAccessExpression(node.expression)) {
        mark(checker.getSymbolAtLocation(node.expression.name), true);
      } else {
        for (const symbol of holder.getProperties()) mark(symbol, true);
      }
    } else if (ts.isBindingElement(node) && isOfTexts(node.name)) {
      const name = node.propertyName ?? node.name;
      if (ts.isIdentifier(name)) mark(checker.getTypeAtLocation(node.parent).getProperty(name.text), false);
    } else if (ts.isIdentifier(node) && isOfTexts(node) && ts.isCallExpression(node.parent)) {
      // `Object.entries(texts)`: what was given a name before is read as a whole.
      for (const symbol of checker.getTypeAtLocation(node).getProperties()) mark(symbol, true);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile || isCatalogue(file) || isTest(file)) continue;
    names = new Set("t");
    collect(file);
    visit(file);
  }
  const left: string[] = [];
  const list = (object: ts.ObjectLiteralExpression, path: string): void => {
    for (const node of object.properties) {
      if (!ts.isPropertyAssignment(node) || read.has(node)) continue;
      const value = bare(node.initializer);
      const name = `${path}.${node.name.getText().replaceAll('"', "")}`;
      if (ts.isObjectLiteralExpression(value)) list(value, name);
      else left.push(name);
    }
  };
  for (const file of program.getSourceFiles()) {
    if (!isCatalogue(file)) continue;
    for (const statement of file.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations) {
        const value = initializer && bare(initializer);
        if (value && ts.isObjectLiteralExpression(value)) list(value, name.getText());
      }
    }
  }
  return left;
}

test("no text stands in the catalogue that nobody reads", () => {
  expect(unused()).toEqual([]);
}, 120_000);
