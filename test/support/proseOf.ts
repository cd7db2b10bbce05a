import { LanguageVariant, SyntaxKind } from 'typescript/unstable/ast';
import { createScanner } from 'typescript/unstable/ast/scanner';

/** The tokens to keep: strings, the text of templates, and comments. */
const PROSE = new Set([
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
  SyntaxKind.SingleLineCommentTrivia,
  SyntaxKind.MultiLineCommentTrivia,
]);

/** Tokens after which a slash is a division. After any other token, it starts a regular expression. */
const VALUES = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
]);

const TRIVIA = new Set([
  SyntaxKind.WhitespaceTrivia,
  SyntaxKind.NewLineTrivia,
  SyntaxKind.SingleLineCommentTrivia,
  SyntaxKind.MultiLineCommentTrivia,
]);

/**
 * Returns TypeScript with everything but strings and comments blanked out: code becomes '\0', and comment markers become spaces, so that
 * a comment of several lines is one text. Line numbers stay the same.
 */
export function proseOf(code: string): string {
  let prose = '';
  for (const { kind, text } of tokensOf(code)) {
    if (!PROSE.has(kind)) prose += text.replace(/\S/g, '\0');
    else if (TRIVIA.has(kind))
      prose += text.replace(/^\s*(\/\*+|\*+\/|\*|\/\/)|\*\/$/gm, (mark) => ' '.repeat(mark.length));
    else prose += `\0${text.slice(1, -1)}\0`;
  }
  return prose;
}

function* tokensOf(code: string): Generator<{ kind: SyntaxKind; text: string }> {
  const scanner = createScanner(false, LanguageVariant.Standard, code);
  const braces: SyntaxKind[] = []; // the kind of each open brace: a block or a template
  let previous = SyntaxKind.Unknown;
  for (;;) {
    let kind = scanner.scan();
    if (kind === SyntaxKind.EndOfFile) return;
    if (kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) {
      if (!VALUES.has(previous)) kind = scanner.reScanSlashToken();
    } else if (kind === SyntaxKind.OpenBraceToken || kind === SyntaxKind.TemplateHead) braces.push(kind);
    else if (kind === SyntaxKind.CloseBraceToken && braces.pop() === SyntaxKind.TemplateHead) {
      kind = scanner.reScanTemplateToken(false);
      if (kind === SyntaxKind.TemplateMiddle) braces.push(SyntaxKind.TemplateHead);
    }
    yield { kind, text: scanner.getTokenText() };
    if (!TRIVIA.has(kind)) previous = kind;
  }
}
