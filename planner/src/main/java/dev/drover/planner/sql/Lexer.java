package dev.drover.planner.sql;

import java.nio.charset.StandardCharsets;

/**
 * Cuts a text into tokens.
 *
 * <p>An error does not stop what stands before it: it becomes a token that nothing accepts, and is
 * raised when the parser comes to it.
 */
final class Lexer {
  private final byte[] text;
  private final int end;
  private final NumberScan number = new NumberScan();
  private final Tokens tokens;
  private int literals;

  private Lexer(byte[] text) {
    this.text = text;
    this.end = text.length;
    this.tokens = new Tokens(text);
  }

  static Tokens tokens(byte[] text) {
    Lexer lexer = new Lexer(text);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    int at = 0;
    while (at < end) {
      int start = Scan.blanks(text, at, end);
      if (start < 0) {
        bad("unterminated /* comment", comment(at), end);
        break;
      }
      if (start >= end) {
        break;
      }
      at = token(start);
      if (at < 0) {
        break;
      }
    }
    tokens.add(Token.END, Keyword.NONE, end, end, literals);
  }

  /** The start of the comment that does not end: a block comment between blanks and comments. */
  private int comment(int from) {
    int at = from;
    while (at < end) {
      byte b = text[at];
      if (Scan.classOf(b) == Scan.SPACE) {
        at++;
      } else if (b == '-') {
        at = Scan.lineComment(text, at, end);
      } else {
        int behind = Scan.blockComment(text, at, end);
        if (behind < 0) {
          return at;
        }
        at = behind;
      }
    }
    return from;
  }

  private int token(int at) {
    byte b = text[at];
    return switch (Scan.classOf(b)) {
      case Scan.LETTER -> word(at);
      case Scan.DIGIT -> number(at);
      case Scan.OPERATOR -> operator(at);
      case Scan.SELF -> self(at);
      case Scan.QUOTE -> string(at, at, false, LiteralKind.STRING);
      case Scan.DOUBLE_QUOTE -> quoted(at, at);
      case Scan.DOLLAR -> dollar(at);
      default -> unexpected(at);
    };
  }

  private int unexpected(int at) {
    return bad("syntax error at or near \"" + (char) (text[at] & 0xff) + "\"", at, at + 1);
  }

  private int add(byte kind, int start, int behind) {
    tokens.add(kind, Keyword.NONE, start, behind, literals);
    return behind;
  }

  private int bad(String message, int start, int behind) {
    tokens.fail(message, start);
    add(Token.BAD, start, behind);
    return Scan.UNTERMINATED;
  }

  private int literal(LiteralKind kind, int start, int behind) {
    add((byte) (Token.LITERAL + kind.code()), start, behind);
    literals += kind.isLifted() ? 1 : 0;
    return behind;
  }

  private int word(int at) {
    int behind = Scan.identifier(text, at, end);
    if (behind - at == 1 && behind < end && (text[behind] == '\'' || text[behind] == '&')) {
      int prefixed = prefixed(at, behind);
      if (prefixed != 0) {
        return prefixed;
      }
    }
    tokens.add(Token.WORD, Keyword.of(text, at, behind), at, behind, literals);
    return behind;
  }

  /** A literal or name that begins with a letter and a quote; 0 if it is none. */
  private int prefixed(int at, int next) {
    byte letter = Scan.folded(text[at]);
    if (text[next] == '\'') {
      return switch (letter) {
        case 'e' -> string(at, next, true, LiteralKind.STRING);
        case 'b', 'x' -> string(at, next, false, LiteralKind.BIT_STRING);
        case 'n' -> string(at, next, false, LiteralKind.NATIONAL_STRING);
        default -> 0;
      };
    }
    if (letter != 'u' || next + 1 >= end) {
      return 0;
    }
    return switch (text[next + 1]) {
      case '\'' -> string(at, next + 1, false, LiteralKind.UNICODE_STRING);
      case '"' -> quoted(at, next + 1);
      default -> 0;
    };
  }

  private int string(int at, int quote, boolean backslashes, LiteralKind kind) {
    int behind = Scan.string(text, quote, end, backslashes);
    if (behind >= 0 && kind == LiteralKind.UNICODE_STRING) {
      behind = Scan.unicodeEscape(text, behind, end);
    }
    return behind < 0 ? bad(unterminated("quoted string", at), at, end) : literal(kind, at, behind);
  }

  private String unterminated(String what, int at) {
    String rest = new String(text, at, end - at, StandardCharsets.UTF_8);
    return "unterminated " + what + " at or near \"" + rest + "\"";
  }

  private int quoted(int at, int quote) {
    int behind = Scan.quotedIdentifier(text, quote, end);
    if (behind == quote + 2) {
      String empty = new String(text, at, behind - at, StandardCharsets.UTF_8);
      return bad("zero-length delimited identifier at or near \"" + empty + "\"", at, behind);
    }
    if (behind >= 0 && quote > at) {
      behind = Scan.unicodeEscape(text, behind, end);
    }
    return behind < 0
        ? bad(unterminated("quoted identifier", at), at, end)
        : add(Token.QUOTED, at, behind);
  }

  private int number(int at) {
    int behind = number.scan(text, at, end);
    if (number.hasJunk()) {
      String junk = new String(text, at, behind + 1 - at, StandardCharsets.UTF_8);
      return bad("trailing junk after numeric literal at or near \"" + junk + "\"", at, behind);
    }
    return literal(number.kind(), at, behind);
  }

  private int dollar(int at) {
    if (at + 1 < end && Scan.classOf(text[at + 1]) == Scan.DIGIT) {
      int behind = Scan.parameter(text, at, end);
      return behind < 0
          ? bad("trailing junk after parameter at or near \"" + junk(at) + "\"", at, end)
          : add(Token.PARAM, at, behind);
    }
    int body = Scan.dollarTag(text, at, end);
    if (body < 0) {
      return unexpected(at);
    }
    int behind = Scan.dollarString(text, at, body, end);
    return behind < 0
        ? bad(unterminated("dollar-quoted string", at), at, end)
        : literal(LiteralKind.STRING, at, behind);
  }

  private String junk(int at) {
    return new String(text, at, Scan.identifier(text, at, end) - at, StandardCharsets.UTF_8);
  }

  private int self(int at) {
    byte b = text[at];
    byte next = at + 1 < end ? text[at + 1] : 0;
    if (b == '.' && Scan.classOf(next) == Scan.DIGIT) {
      return number(at);
    }
    if (b == '.' && next == '.') {
      return add(Token.DOTS, at, at + 2);
    }
    if (b == ':' && next == ':') {
      return add(Token.CAST, at, at + 2);
    }
    if (b == ':' && next == '=') {
      return add(Token.ASSIGN, at, at + 2);
    }
    return add(b, at, at + 1);
  }

  private int operator(int at) {
    int behind = Scan.operator(text, at, end);
    if (behind - at == 1) {
      return add(isBasic(text[at]) ? text[at] : Token.OPERATOR, at, behind);
    }
    return add(behind - at == 2 ? pair(text[at], text[at + 1]) : Token.OPERATOR, at, behind);
  }

  private static boolean isBasic(byte b) {
    return "+-*/%^<>=".indexOf(b) >= 0;
  }

  private static byte pair(byte first, byte second) {
    if (second == '=' && (first == '<' || first == '>' || first == '!')) {
      return Token.COMPARISON;
    }
    if (second == '>' && (first == '<' || first == '=')) {
      return first == '<' ? Token.COMPARISON : Token.ARROW;
    }
    return Token.OPERATOR;
  }
}
