import ts from "#typescript";
import { applied, type Mutant } from "./mutant.ts";

type Kind = ts.SyntaxKind;
const K = ts.SyntaxKind;

/** Operators and what they are taken for. */
const OPERATORS: ReadonlyMap<Kind, string> = new Map<Kind, string>([
  [K.EqualsEqualsEqualsToken, "!=="],
  [K.ExclamationEqualsEqualsToken, "==="],
  [K.LessThanToken, "<="],
  [K.LessThanEqualsToken, "<"],
  [K.GreaterThanToken, ">="],
  [K.GreaterThanEqualsToken, ">"],
  [K.AmpersandAmpersandToken, "||"],
  [K.BarBarToken, "&&"],
  [K.PlusEqualsToken, "="],
]);

const METHODS: Readonly<Record<string, string>> = {
  some: "every",
  every: "some",
  min: "max",
  max: "min",
  startsWith: "endsWith",
  endsWith: "startsWith",
  trim: "toString",
  trimEnd: "toString",
  find: "findLast",
  all: "race",
};

/** Every fault that the rules can put into a TypeScript file. */
export function typescriptMutants(file: string, source: string): Mutant[] {
  const tree = ts.createSourceFile(
    file,
    source,
    ts.ScriptTarget.Latest,
    true,
  );
  const found: Mutant[] = [];
  const visit = (node: ts.Node) => {
    if (isWithoutEffect(node)) return;
    for (const [kind, at, replacement] of faultsOf(node)) {
      found.push({
        file,
        kind,
        start: at.getStart(tree),
        end: at.getEnd(),
        replacement,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found.filter((mutant) => parses(applied(source, mutant)));
}

function isWithoutEffect(node: ts.Node): boolean {
  return ts.isTypeNode(node) || ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) || ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
}

function parses(text: string): boolean {
  const tree = ts.createSourceFile("x.ts", text, ts.ScriptTarget.Latest);
  // Not in the types of the package, but what its own parser reports.
  const { parseDiagnostics } = tree as unknown as {
    parseDiagnostics: readonly unknown[];
  };
  return parseDiagnostics.length === 0;
}

type Fault = readonly [kind: string, at: ts.Node, replacement: string];

function faultsOf(node: ts.Node): Fault[] {
  if (ts.isIfStatement(node)) return faultsOfIf(node);
  if (ts.isConditionalExpression(node)) {
    return [["condition", node.condition, negated(node.condition)]];
  }
  if (ts.isBinaryExpression(node)) return faultsOfBinary(node);
  if (
    ts.isPrefixUnaryExpression(node) && node.operator === K.ExclamationToken
  ) {
    return [["condition", node, `(${node.operand.getText()})`]];
  }
  if (ts.isAwaitExpression(node) && !isTailAwait(node)) {
    return [["await", node, `(${node.expression.getText()})`]];
  }
  if (ts.isCallExpression(node)) return faultsOfCall(node);
  if (ts.isExpressionStatement(node)) return faultsOfStatement(node);
  return faultsOfLiteral(node);
}

function negated(condition: ts.Expression): string {
  return `!(${condition.getText()})`;
}

function faultsOfIf({ expression, thenStatement }: ts.IfStatement): Fault[] {
  const only = ts.isBlock(thenStatement) && thenStatement.statements.length > 0
    ? thenStatement.statements.at(-1)!
    : thenStatement;
  const leaves = ts.isReturnStatement(only) || ts.isThrowStatement(only) ||
    ts.isContinueStatement(only) || ts.isBreakStatement(only);
  return [
    ["condition", expression, negated(expression)],
    ...(leaves ? [["guard", expression, "false"] as const] : []),
  ];
}

function faultsOfBinary(node: ts.BinaryExpression): Fault[] {
  const { left, operatorToken, right } = node;
  if (operatorToken.kind === K.QuestionQuestionToken) {
    return [["default", node, `(${left.getText()})`]];
  }
  if (operatorToken.kind === K.PlusToken && ts.isNumericLiteral(right)) {
    return [["bound", operatorToken, "-"]];
  }
  const instead = OPERATORS.get(operatorToken.kind);
  return instead === undefined
    ? []
    : [["operator", operatorToken, instead] as const];
}

/** `return await f()` differs from `return f()` only within a `try`. */
function isTailAwait(node: ts.Node): boolean {
  if (ts.isArrowFunction(node.parent)) return true;
  if (!ts.isReturnStatement(node.parent)) return false;
  for (let at: ts.Node = node.parent; at.parent; at = at.parent) {
    if (ts.isTryStatement(at)) return false;
    if (ts.isFunctionLike(at)) return true;
  }
  return true;
}

function faultsOfCall(node: ts.CallExpression): Fault[] {
  const faults: Fault[] = [];
  const { expression, arguments: [first, second] } = node;
  if (ts.isPropertyAccessExpression(expression)) {
    const instead = METHODS[expression.name.text];
    if (instead) faults.push(["method", expression.name, instead]);
  }
  if (
    !/^Math\.(?:max|min)$/.test(expression.getText()) &&
    first && second && isPlain(first) && isPlain(second) &&
    first.getText() !== second.getText()
  ) {
    const all = node.arguments.map((argument) => argument.getText());
    const swapped = [second.getText(), first.getText(), ...all.slice(2)];
    faults.push([
      "arguments",
      node,
      `${expression.getText()}(${swapped.join(", ")})`,
    ]);
  }
  return faults;
}

/** A value that could be mistaken for its neighbour. */
function isPlain(node: ts.Expression): boolean {
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) ||
    ts.isStringLiteral(node) || ts.isNumericLiteral(node);
}

function faultsOfStatement({ expression }: ts.ExpressionStatement): Fault[] {
  const call = ts.isAwaitExpression(expression)
    ? expression.expression
    : expression;
  const isSuper = ts.isCallExpression(call) &&
    call.expression.kind === K.SuperKeyword;
  return ts.isCallExpression(call) && !isSuper
    ? [["statement", expression, "void 0"]]
    : [];
}

function faultsOfLiteral(node: ts.Node): Fault[] {
  if (node.kind === K.TrueKeyword) return [["boolean", node, "false"]];
  if (node.kind === K.FalseKeyword) return [["boolean", node, "true"]];
  if (ts.isNumericLiteral(node)) {
    return [["bound", node, otherNumber(node.getText())]];
  }
  if (ts.isRegularExpressionLiteral(node)) return faultsOfPattern(node);
  if (ts.isPropertyAccessExpression(node) && isExitCode(node)) {
    const instead = node.name.text === "failed" ? "usage" : "failed";
    return [["exit code", node.name, instead]];
  }
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    return faultsOfWord(node);
  }
  return [];
}

/** Small numbers are off by one; large ones, which are mostly patience, by ten times; modes let the group read. */
function otherNumber(text: string): string {
  if (/^0o\d+$/.test(text)) return `0o${(Number(text) ^ 0o040).toString(8)}`;
  const number = Number(text.replaceAll("_", ""));
  return String(number < 100 ? number + 1 : number * 10);
}

function isExitCode({ expression }: ts.PropertyAccessExpression): boolean {
  return ts.isIdentifier(expression) && expression.text === "ExitCode";
}

function faultsOfPattern(node: ts.RegularExpressionLiteral): Fault[] {
  const text = node.getText();
  const faults: Fault[] = [];
  if (text.startsWith("/^")) {
    faults.push(["pattern", node, `/${text.slice(2)}`]);
  }
  if (/\$\/[a-z]*$/.test(text)) {
    faults.push(["pattern", node, text.replace(/\$(\/[a-z]*)$/, "$1")]);
  }
  if (text.includes("+")) {
    faults.push(["pattern", node, text.replace("+", "*")]);
  }
  return faults;
}

/** A word that stands for something; sentences are for people and may change. */
function faultsOfWord(
  node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral,
): Fault[] {
  const isName = ts.isPropertyAssignment(node.parent) &&
    node.parent.name === node;
  if (isName || !/^[^\s]{2,40}$/.test(node.text)) return [];
  const quote = node.getText().charAt(0);
  const inner = node.getText().slice(1, -1);
  return [["word", node, `${quote}${inner}x${quote}`]];
}
