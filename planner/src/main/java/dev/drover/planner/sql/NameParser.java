package dev.drover.planner.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads names.
 *
 * <p>Source: PostgreSQL 18 manual, section 4.1.1 "Identifiers and Key Words".
 */
final class NameParser {
  /** NAMEDATALEN of a stock server, less its closing zero. */
  static final int MAX_NAME_BYTES = 63;

  private final Cursor cursor;

  NameParser(Cursor cursor) {
    this.cursor = cursor;
  }

  /** Whether a column's or table's name stands here. */
  boolean atColumnName() {
    return isColumnName(0);
  }

  boolean isColumnName(int ahead) {
    byte kind = cursor.kind(ahead);
    return kind == Token.QUOTED || (kind == Token.WORD && cursor.keyword(ahead).isColumnName());
  }

  /** A name of a column, table, or most other things. */
  Name name() {
    if (!atColumnName()) {
      throw cursor.unexpected();
    }
    return take();
  }

  /** A name of a function or type. */
  Name typeOrFunctionName() {
    if (!cursor.at(Token.QUOTED)
        && !(cursor.at(Token.WORD) && cursor.keyword().isTypeOrFunctionName())) {
      throw cursor.unexpected();
    }
    return take();
  }

  /** Any word or quoted name: a label after AS, or behind a dot. */
  Name label() {
    if (!cursor.at(Token.WORD) && !cursor.at(Token.QUOTED)) {
      throw cursor.unexpected();
    }
    return take();
  }

  boolean atBareLabel() {
    return cursor.at(Token.QUOTED) || (cursor.at(Token.WORD) && cursor.keyword().bareLabel());
  }

  /** A role: a name, or one of CURRENT_USER and its like. */
  Name role() {
    return label();
  }

  /** {@code a}, {@code a.b}, {@code a.b.c}. */
  QualifiedName qualifiedName() {
    return qualified(name());
  }

  /** A name with as many qualifiers as it has, where nothing else is known of the text. */
  QualifiedName loose() {
    Name first = name();
    List<Name> parts = new ArrayList<>(List.of(first));
    while (cursor.at('.') && isLabel(1)) {
      cursor.advance();
      parts.add(label());
    }
    return new QualifiedName(cursor.since(first.span().start()), parts);
  }

  private boolean isLabel(int ahead) {
    return cursor.kind(ahead) == Token.WORD || cursor.kind(ahead) == Token.QUOTED;
  }

  /** As {@link #qualifiedName()}, where the first part may be any word. */
  QualifiedName anyQualifiedName() {
    return qualified(label());
  }

  private QualifiedName qualified(Name first) {
    if (!cursor.at('.')) {
      return QualifiedName.of(first);
    }
    List<Name> parts = new ArrayList<>();
    parts.add(first);
    while (cursor.accept('.')) {
      parts.add(label());
    }
    return new QualifiedName(cursor.since(first.span().start()), parts);
  }

  /** {@code (a, b)}. */
  List<Name> namesInParentheses() {
    return cursor.parenthesized(this::name);
  }

  /** {@code (a, b)} if a parenthesis stands here. */
  List<Name> optionalNames() {
    return cursor.at('(') ? namesInParentheses() : List.of();
  }

  /** A name if the key word stands here. */
  Optional<Name> nameAfter(String keyword) {
    return cursor.accept(keyword) ? Optional.of(name()) : Optional.empty();
  }

  private Name take() {
    Span span = cursor.span();
    boolean quoted = cursor.at(Token.QUOTED);
    String text = quoted ? quoted(span) : folded(span);
    cursor.advance();
    return new Name(span, text, quoted);
  }

  private String folded(Span span) {
    Keyword keyword = cursor.keyword();
    if (keyword.category() != Keyword.Category.NONE) {
      return keyword.word();
    }
    byte[] bytes = Arrays.copyOfRange(cursor.text(), span.start(), span.end());
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = Scan.folded(bytes[i]);
    }
    return cut(bytes);
  }

  private String quoted(Span span) {
    byte[] text = cursor.text();
    if (text[span.start()] != '"') {
      return cut(UnicodeEscapes.name(text, span).getBytes(StandardCharsets.UTF_8));
    }
    String raw = new String(text, span.start() + 1, span.lengthBytes() - 2, StandardCharsets.UTF_8);
    String name = raw.indexOf('"') < 0 ? raw : raw.replace("\"\"", "\"");
    return span.lengthBytes() - 2 <= MAX_NAME_BYTES
        ? name
        : cut(name.getBytes(StandardCharsets.UTF_8));
  }

  /** At most 63 bytes, and no part of a character. */
  private static String cut(byte[] bytes) {
    int length = bytes.length;
    if (length > MAX_NAME_BYTES) {
      length = MAX_NAME_BYTES;
      while (length > 0 && (bytes[length] & 0xc0) == 0x80) {
        length--;
      }
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
