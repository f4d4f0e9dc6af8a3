package dev.drover.planner.sql;

import java.util.Arrays;

/**
 * Where the lexical elements of PostgreSQL's SQL end; shared by {@link ShapeScanner} and {@link
 * Lexer}, so that both number literals alike.
 *
 * <p>Every method takes the start of an element and returns the offset behind it, or {@link
 * #UNTERMINATED}. {@code standard_conforming_strings} is on.
 *
 * <p>Source: PostgreSQL 18 manual, section 4.1 "Lexical Structure".
 */
final class Scan {
  static final int UNTERMINATED = -1;

  static final byte OTHER = 0;
  static final byte SPACE = 1;
  static final byte LETTER = 2;
  static final byte DIGIT = 3;
  static final byte OPERATOR = 4;
  static final byte SELF = 5;
  static final byte QUOTE = 6;
  static final byte DOUBLE_QUOTE = 7;
  static final byte DOLLAR = 8;

  private static final byte[] CLASSES = classes();
  private static final int MAX_TAG_BYTES = 1 << 16;

  private Scan() {}

  private static byte[] classes() {
    byte[] classes = new byte[256];
    fill(classes, " \t\n\r\f\u000b", SPACE);
    fill(classes, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", LETTER);
    fill(classes, "0123456789", DIGIT);
    fill(classes, "+-*/<>=~!@#%^&|`?", OPERATOR);
    fill(classes, "()[],;:.", SELF);
    fill(classes, "'", QUOTE);
    fill(classes, "\"", DOUBLE_QUOTE);
    fill(classes, "$", DOLLAR);
    for (int i = 128; i < classes.length; i++) {
      classes[i] = LETTER;
    }
    return classes;
  }

  private static void fill(byte[] classes, String characters, byte kind) {
    for (int i = 0; i < characters.length(); i++) {
      classes[characters.charAt(i)] = kind;
    }
  }

  static byte classOf(byte b) {
    return CLASSES[b & 0xff];
  }

  static boolean isIdentifierPart(byte b) {
    byte kind = CLASSES[b & 0xff];
    return kind == LETTER || kind == DIGIT || kind == DOLLAR;
  }

  static int identifier(byte[] text, int start, int end) {
    int at = start + 1;
    while (at < end && isIdentifierPart(text[at])) {
      at++;
    }
    return at;
  }

  /** From the quote, {@code ''} inside; ends behind the last of adjacent pieces. */
  static int string(byte[] text, int start, int end, boolean backslashes) {
    int at = start + 1;
    while (at < end) {
      byte b = text[at];
      if (b == '\\' && backslashes) {
        at += 2;
      } else if (b != '\'') {
        at++;
      } else if (at + 1 < end && text[at + 1] == '\'') {
        at += 2;
      } else {
        int next = continuation(text, at + 1, end);
        if (next < 0) {
          return at + 1;
        }
        at = next + 1;
      }
    }
    return UNTERMINATED;
  }

  /** The quote of a piece that continues a string: blanks with a newline, then a quote; or -1. */
  private static int continuation(byte[] text, int start, int end) {
    boolean newline = false;
    int at = start;
    while (at < end) {
      byte b = text[at];
      if (classOf(b) == SPACE) {
        newline |= b == '\n' || b == '\r';
        at++;
      } else if (b == '-' && newline && at + 1 < end && text[at + 1] == '-') {
        at = lineComment(text, at, end);
      } else if (b == '-' && at + 1 < end && text[at + 1] == '-') {
        at = lineComment(text, at, end);
        newline = at < end;
      } else {
        return b == '\'' && newline ? at : -1;
      }
    }
    return -1;
  }

  static int quotedIdentifier(byte[] text, int start, int end) {
    int at = start + 1;
    while (at < end) {
      if (text[at] != '"') {
        at++;
      } else if (at + 1 < end && text[at + 1] == '"') {
        at += 2;
      } else {
        return at + 1;
      }
    }
    return UNTERMINATED;
  }

  /** Behind {@code UESCAPE 'c'} if that follows, else {@code from}. */
  static int unicodeEscape(byte[] text, int from, int end) {
    int word = blanks(text, from, end);
    if (word < 0 || !isWord(text, word, end, "uescape")) {
      return from;
    }
    int quote = blanks(text, word + "uescape".length(), end);
    if (quote < 0 || quote >= end || text[quote] != '\'') {
      return from;
    }
    return string(text, quote, end, false);
  }

  /** Whether the word stands at an offset, in any case. */
  static boolean isWord(byte[] text, int at, int end, String word) {
    int behind = at + word.length();
    return behind <= end
        && equalsFolded(text, at, word)
        && (behind == end || !isIdentifierPart(text[behind]));
  }

  static boolean equalsFolded(byte[] text, int at, String word) {
    for (int i = 0; i < word.length(); i++) {
      if (folded(text[at + i]) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** ASCII letters in lower case, as PostgreSQL folds identifiers of an UTF8 database. */
  static byte folded(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }

  /** Behind blanks and comments. */
  static int blanks(byte[] text, int start, int end) {
    int at = start;
    while (at >= 0 && at < end) {
      byte b = text[at];
      if (classOf(b) == SPACE) {
        at++;
      } else if (b == '-' && at + 1 < end && text[at + 1] == '-') {
        at = lineComment(text, at, end);
      } else if (b == '/' && at + 1 < end && text[at + 1] == '*') {
        at = blockComment(text, at, end);
      } else {
        return at;
      }
    }
    return at;
  }

  /** Up to the newline, or the end of the text. */
  static int lineComment(byte[] text, int start, int end) {
    int at = start + 2;
    while (at < end && text[at] != '\n' && text[at] != '\r') {
      at++;
    }
    return at;
  }

  /** Block comments nest. */
  static int blockComment(byte[] text, int start, int end) {
    int depth = 1;
    int at = start + 2;
    while (at + 1 < end) {
      if (text[at] == '*' && text[at + 1] == '/') {
        at += 2;
        if (--depth == 0) {
          return at;
        }
      } else if (text[at] == '/' && text[at + 1] == '*') {
        at += 2;
        depth++;
      } else {
        at++;
      }
    }
    return UNTERMINATED;
  }

  /** Behind {@code $1}; a letter that follows is an error. */
  static int parameter(byte[] text, int start, int end) {
    int at = start + 1;
    while (at < end && classOf(text[at]) == DIGIT) {
      at++;
    }
    return at < end && isIdentifierPart(text[at]) ? UNTERMINATED : at;
  }

  /** The offset behind the opening {@code $tag$}, or -1 if none starts here. */
  static int dollarTag(byte[] text, int start, int end) {
    int at = start + 1;
    if (at < end && classOf(text[at]) == DIGIT) {
      return -1;
    }
    int limit = Math.min(end, start + MAX_TAG_BYTES);
    while (at < limit) {
      byte kind = classOf(text[at]);
      if (kind == DOLLAR) {
        return at + 1;
      }
      if (kind != LETTER && kind != DIGIT) {
        return -1;
      }
      at++;
    }
    return -1;
  }

  /** From the opening tag, which ends at {@code body}, to behind the closing one. */
  static int dollarString(byte[] text, int start, int body, int end) {
    int tag = body - start;
    for (int at = body; at + tag <= end; at++) {
      if (text[at] == '$' && Arrays.equals(text, start, body, text, at, at + tag)) {
        return at + tag;
      }
    }
    return UNTERMINATED;
  }

  /**
   * The end of an operator: it stops before a comment, and a symbol of several characters ends in +
   * or - only if it holds one of {@code ~ ! @ # % ^ & | ` ?}.
   */
  static int operator(byte[] text, int start, int end) {
    int at = start;
    boolean special = false;
    while (at < end && classOf(text[at]) == OPERATOR) {
      byte b = text[at];
      byte next = at + 1 < end ? text[at + 1] : 0;
      if (at > start && ((b == '-' && next == '-') || (b == '/' && next == '*'))) {
        break;
      }
      special |= "~!@#%^&|`?".indexOf(b) >= 0;
      at++;
    }
    while (!special && at - start > 1 && (text[at - 1] == '+' || text[at - 1] == '-')) {
      at--;
    }
    return at;
  }
}
