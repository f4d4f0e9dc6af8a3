package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * What a statement did, as CommandComplete says it: {@code INSERT 0 5}, {@code UPDATE 3}, {@code
 * CREATE TABLE}.
 */
public record CommandTag(String verb, OptionalLong rows) {
  private static final String INSERT = "INSERT";
  private static final String[] FREQUENT = {"SELECT 1", "INSERT 0 1", "UPDATE 1", "DELETE 1"};

  public CommandTag {
    requireNonNull(verb);
    requireNonNull(rows);
  }

  public static CommandTag of(String verb) {
    return new CommandTag(verb, OptionalLong.empty());
  }

  public static CommandTag of(String verb, long rows) {
    return new CommandTag(verb, OptionalLong.of(rows));
  }

  public static CommandTag decode(ByteBuf body) {
    String tag = BodyReader.string(body);
    BodyReader.end(body);
    return parse(tag);
  }

  /** The tag as it is sent; those of single rows cost no object. */
  public static String text(ByteBuf body) {
    int length = body.readableBytes() - 1;
    for (int i = 0; i < FREQUENT.length; i++) {
      String tag = FREQUENT[i];
      if (tag.length() == length && isAt(body, tag)) {
        return tag;
      }
    }
    return body.toString(body.readerIndex(), length, StandardCharsets.UTF_8);
  }

  private static boolean isAt(ByteBuf body, String tag) {
    for (int i = 0; i < tag.length(); i++) {
      if (body.getByte(body.readerIndex() + i) != tag.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** A tag without a number at its end is a verb alone. */
  public static CommandTag parse(String tag) {
    int space = tag.lastIndexOf(' ');
    if (space < 0 || !isNumber(tag, space + 1)) {
      return of(tag);
    }
    long rows;
    try {
      rows = Long.parseLong(tag, space + 1, tag.length(), 10);
    } catch (NumberFormatException _) {
      return of(tag);
    }
    String verb = tag.substring(0, space);
    return of(verb.equals(INSERT + " 0") ? INSERT : verb, rows);
  }

  public String format() {
    if (rows.isEmpty()) {
      return verb;
    }
    String oid = verb.equals(INSERT) ? " 0 " : " ";
    return verb + oid + rows.getAsLong();
  }

  private static boolean isNumber(String tag, int start) {
    for (int i = start; i < tag.length(); i++) {
      if (tag.charAt(i) < '0' || tag.charAt(i) > '9') {
        return false;
      }
    }
    return start < tag.length();
  }
}
