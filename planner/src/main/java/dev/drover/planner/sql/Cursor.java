package dev.drover.planner.sql;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A place among the tokens, moved by the parsers; raises the syntax errors.
 *
 * <p>Key words are asked for in lower case.
 */
final class Cursor {
  /** Nesting that a stack of half a megabyte bears: a level takes up to 1400 bytes of it. */
  static final int MAX_DEPTH = 300;

  /** Operators in one chain, which make a tree of that depth. */
  static final int MAX_CHAIN = 3000;

  private final Tokens tokens;
  private int at;
  private int depth;
  private final List<Span> structural = new ArrayList<>();
  private boolean literalRead;
  private int parameters;

  Cursor(Tokens tokens) {
    this.tokens = tokens;
  }

  Tokens tokens() {
    return tokens;
  }

  byte[] text() {
    return tokens.text();
  }

  int index() {
    return at;
  }

  /** Back or forth to a token seen before. */
  void moveTo(int index) {
    at = index;
  }

  /** To the next token; the end stays where it is. */
  void advance() {
    if (at + 1 < tokens.count()) {
      at++;
    }
  }

  byte kind() {
    return tokens.kind(at);
  }

  byte kind(int ahead) {
    int index = at + ahead;
    return index < tokens.count() ? tokens.kind(index) : Token.END;
  }

  Keyword keyword() {
    return tokens.keyword(at);
  }

  Keyword keyword(int ahead) {
    int index = at + ahead;
    return index < tokens.count() ? tokens.keyword(index) : Keyword.NONE;
  }

  /** The current key word's text; empty for any other token. */
  String word() {
    return tokens.keyword(at).word();
  }

  String word(int ahead) {
    return keyword(ahead).word();
  }

  int start() {
    return tokens.start(at);
  }

  /** The end of the token before. */
  int lastEnd() {
    return at == 0 ? 0 : tokens.end(at - 1);
  }

  /** From an offset to the end of the token before. */
  Span since(int start) {
    return new Span(start, Math.max(start, lastEnd()));
  }

  Span span() {
    return tokens.span(at);
  }

  /** Whether the current token is this key word. */
  boolean at(String keyword) {
    return word().equals(keyword);
  }

  boolean at(String first, String second) {
    return at(first) && word(1).equals(second);
  }

  boolean atAny(String first, String second) {
    String word = word();
    return word.equals(first) || word.equals(second);
  }

  /** Whether the current token is this word, be it a key word or not. */
  boolean atName(String word) {
    return isName(at, word);
  }

  boolean nextIsName(String word) {
    return at + 1 < tokens.count() && isName(at + 1, word);
  }

  private boolean isName(int index, String word) {
    return tokens.kind(index) == Token.WORD
        && tokens.end(index) - tokens.start(index) == word.length()
        && Scan.equalsFolded(tokens.text(), tokens.start(index), word);
  }

  boolean at(byte kind) {
    return tokens.kind(at) == kind;
  }

  boolean at(char symbol) {
    return tokens.kind(at) == symbol;
  }

  boolean nextIs(char symbol) {
    return kind(1) == symbol;
  }

  boolean accept(String keyword) {
    if (!at(keyword)) {
      return false;
    }
    at++;
    return true;
  }

  boolean accept(String first, String second) {
    if (!at(first, second)) {
      return false;
    }
    at += 2;
    return true;
  }

  boolean acceptName(String word) {
    if (!atName(word)) {
      return false;
    }
    at++;
    return true;
  }

  boolean accept(char symbol) {
    if (tokens.kind(at) != symbol) {
      return false;
    }
    at++;
    return true;
  }

  void expect(String keyword) {
    if (!accept(keyword)) {
      throw unexpected();
    }
  }

  void expect(String first, String second) {
    expect(first);
    expect(second);
  }

  void expectName(String word) {
    if (!acceptName(word)) {
      throw unexpected();
    }
  }

  void expect(char symbol) {
    if (!accept(symbol)) {
      throw unexpected();
    }
  }

  /** Items between commas, at least one. */
  <T> List<T> list(Supplier<T> item) {
    List<T> items = new ArrayList<>();
    do {
      items.add(item.get());
    } while (accept(','));
    return items;
  }

  /** Items between commas, in parentheses. */
  <T> List<T> parenthesized(Supplier<T> item) {
    expect('(');
    List<T> items = list(item);
    expect(')');
    return items;
  }

  /** Whether the statement ends here. */
  boolean atEnd() {
    byte kind = kind();
    return kind == Token.END || kind == ';';
  }

  /** The syntax error of the current token. */
  SqlError unexpected() {
    if (at(Token.BAD)) {
      return tokens.error();
    }
    String message =
        at(Token.END)
            ? "syntax error at end of input"
            : "syntax error at or near \"" + span().of(text()) + "\"";
    return error(SqlState.SYNTAX_ERROR, message);
  }

  /** An error at the current token. */
  SqlError error(SqlState state, String message) {
    return SqlError.of(state, message)
        .withPosition(SqlParser.characterPosition(tokens.text(), start()));
  }

  void enter() {
    if (++depth > MAX_DEPTH) {
      throw tooDeep();
    }
  }

  void leave() {
    depth--;
  }

  SqlError tooDeep() {
    return error(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
        .withHint("Write the statement with less nesting or shorter chains of operators.");
  }

  /** The decoded text of the string literal here, which then is part of the tree. */
  String readString() {
    if (!Token.isText(kind())) {
      throw unexpected();
    }
    literalRead = true;
    String value = Literals.string(text(), span());
    at++;
    return value;
  }

  void markLiteralRead() {
    literalRead = true;
  }

  /** The literals of this piece make the statement what it is. */
  void markStructural(Span span) {
    structural.add(span);
  }

  /** A bare number in GROUP BY or ORDER BY counts the columns. */
  void markPosition(Expr key) {
    if (key instanceof Expr.Literal literal && literal.kind() == LiteralKind.INT4) {
      markStructural(literal.span());
    }
  }

  List<Span> structural() {
    return structural;
  }

  boolean isLiteralRead() {
    return literalRead;
  }

  void resetStatement() {
    literalRead = false;
    structural.clear();
    parameters = 0;
  }

  void sawParameter(int index) {
    parameters = Math.max(parameters, index);
  }

  int parameterCount() {
    return parameters;
  }
}
