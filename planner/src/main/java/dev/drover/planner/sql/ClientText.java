package dev.drover.planner.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A text as PostgreSQL's scanner reads it: identifiers cut to 63 bytes, and with {@code
 * standard_conforming_strings} off, string constants with backslashes written as {@code E'...'}, so
 * that it means the same to every later reader. What the scanner says of each is noted.
 *
 * <p>Source: PostgreSQL 18, src/backend/parser/scan.l.
 *
 * <p>Threads: confined to one. Units: bytes.
 */
public final class ClientText {
  /** What PostgreSQL tells the client of a text. */
  public sealed interface Note {
    record LongName(String name, String cut) implements Note {}

    /**
     * A backslash in a string constant that is not written as an escape string.
     *
     * @param escaped the first byte that has a backslash in front
     * @param position of the constant, in characters from 1
     */
    record Backslash(char escaped, int position) implements Note {}
  }

  /** The text to go on with. */
  @SuppressWarnings("ArrayRecordComponent") // bytes of a text, compared by nobody
  public record Reading(byte[] utf8, List<Note> notes) {
    public Reading {
      notes = List.copyOf(notes);
    }
  }

  private static final int MAX_NAME_BYTES = NameParser.MAX_NAME_BYTES;

  private final byte[] text;
  private final int end;
  private final boolean conforming;
  private final List<Note> notes = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int copied;

  private ClientText(byte[] text, boolean conforming) {
    this.text = text;
    this.end = text.length;
    this.conforming = conforming;
  }

  /** The same bytes when nothing is to be changed. */
  public static Reading read(byte[] utf8, boolean conforming) {
    if (conforming && !mayHoldLongName(utf8)) {
      return new Reading(utf8, List.of());
    }
    return new ClientText(utf8, conforming).read();
  }

  /** Whether 64 letters stand together: they would lie over a multiple of 64. */
  private static boolean mayHoldLongName(byte[] text) {
    int stride = MAX_NAME_BYTES + 1;
    for (int at = MAX_NAME_BYTES; at < text.length; at += stride) {
      if (!Scan.isIdentifierPart(text[at])) {
        continue;
      }
      int start = at;
      while (start > 0 && Scan.isIdentifierPart(text[start - 1])) {
        start--;
      }
      if (Scan.identifier(text, start, text.length) - start > MAX_NAME_BYTES) {
        return true;
      }
    }
    return false;
  }

  private Reading read() {
    int at = 0;
    while (at >= 0 && at < end) {
      at = element(at);
    }
    if (notes.isEmpty()) {
      return new Reading(text, notes);
    }
    out.write(text, copied, end - copied);
    return new Reading(out.toByteArray(), notes);
  }

  /** Behind the element; an unterminated one ends the reading, and is the server's to refuse. */
  private int element(int at) {
    int behind = Scan.blanks(text, at, end);
    if (behind != at) {
      return behind;
    }
    return switch (Scan.classOf(text[at])) {
      case Scan.LETTER -> word(at);
      case Scan.DIGIT -> Scan.identifier(text, at, end);
      case Scan.QUOTE -> string(at, at, "E");
      case Scan.DOUBLE_QUOTE -> quoted(at);
      case Scan.DOLLAR -> dollar(at);
      default -> at + 1;
    };
  }

  private int dollar(int at) {
    int body = Scan.dollarTag(text, at, end);
    return body < 0 ? at + 1 : Scan.dollarString(text, at, body, end);
  }

  private int word(int at) {
    int behind = Scan.identifier(text, at, end);
    if (behind - at == 1 && behind < end && text[behind] == '\'') {
      return switch (Scan.folded(text[at])) {
        case 'e' -> Scan.string(text, behind, end, true);
        case 'b', 'x' -> Scan.string(text, behind, end, false);
        case 'n' -> string(at, behind, "nchar E");
        default -> behind;
      };
    }
    if (isUnicode(at, behind)) {
      return text[behind + 1] == '"'
          ? Scan.quotedIdentifier(text, behind + 1, end)
          : Scan.string(text, behind + 1, end, false);
    }
    if (behind - at > MAX_NAME_BYTES) {
      int cut = cut(text, at);
      byte[] folded = new byte[behind - at];
      for (int i = 0; i < folded.length; i++) {
        folded[i] = Scan.folded(text[at + i]);
      }
      note(folded, cut - at);
      replace(at, behind, new String(text, at, cut - at, UTF_8));
    }
    return behind;
  }

  private boolean isUnicode(int at, int behind) {
    return behind - at == 1
        && Scan.folded(text[at]) == 'u'
        && behind + 1 < end
        && text[behind] == '&'
        && (text[behind + 1] == '"' || text[behind + 1] == '\'');
  }

  /** A constant that begins at an offset, its quote at another. */
  private int string(int at, int quote, String prefix) {
    int behind = Scan.string(text, quote, end, !conforming);
    if (conforming || behind < 0) {
      return behind;
    }
    for (int i = quote; i + 1 < behind; i++) {
      if (text[i] == '\\') {
        String before = new String(text, 0, at, UTF_8);
        int position = 1 + before.codePointCount(0, before.length());
        notes.add(new Note.Backslash((char) (text[i + 1] & 0xff), position));
        boolean glued = at > 0 && Scan.isIdentifierPart(text[at - 1]);
        replace(at, quote, glued ? " " + prefix : prefix);
        break;
      }
    }
    return behind;
  }

  private int quoted(int at) {
    int behind = Scan.quotedIdentifier(text, at, end);
    if (behind - at - 2 <= MAX_NAME_BYTES) {
      return behind;
    }
    String raw = new String(text, at + 1, behind - at - 2, UTF_8);
    byte[] name = raw.replace("\"\"", "\"").getBytes(UTF_8);
    if (name.length > MAX_NAME_BYTES) {
      int cut = cut(name, 0);
      note(name, cut);
      replace(at, behind, '"' + new String(name, 0, cut, UTF_8).replace("\"", "\"\"") + '"');
    }
    return behind;
  }

  /** Where a name is cut: no part of a character remains. */
  private static int cut(byte[] bytes, int start) {
    int cut = start + MAX_NAME_BYTES;
    while (cut > start && (bytes[cut] & 0xc0) == 0x80) {
      cut--;
    }
    return cut;
  }

  private void note(byte[] name, int cut) {
    notes.add(new Note.LongName(new String(name, UTF_8), new String(name, 0, cut, UTF_8)));
  }

  private void replace(int from, int to, String by) {
    out.write(text, copied, from - copied);
    out.writeBytes(by.getBytes(UTF_8));
    copied = to;
  }
}
