package dev.drover.pgwire.scram;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The comma-separated attributes that SCRAM messages are made of.
 *
 * <p>Source: RFC 5802, section 7.
 */
final class ScramText {
  /** PostgreSQL's SCRAM_RAW_NONCE_LEN. */
  static final int NONCE_BYTES = 18;

  private final String text;
  private int position;

  private ScramText(String text) {
    this.text = text;
  }

  static ScramText of(byte[] message) {
    try {
      return new ScramText(UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString());
    } catch (CharacterCodingException _) {
      throw malformed("The message is not valid UTF-8.");
    }
  }

  static SqlError malformed(String detail) {
    return SqlError.of(SqlState.PROTOCOL_VIOLATION, "malformed SCRAM message").withDetail(detail);
  }

  static String nonce(SecureRandom random) {
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  static byte[] base64(String value) {
    try {
      return Base64.getDecoder().decode(value);
    } catch (IllegalArgumentException _) {
      throw malformed("A value is not valid base64.");
    }
  }

  static boolean isPrintable(String value) {
    return !value.isEmpty() && value.chars().allMatch(c -> c >= 0x21 && c <= 0x7e && c != ',');
  }

  /** The value of the next attribute, which must be this one. */
  String attribute(char name) {
    if (!startsWith(name + "=")) {
      throw malformed("Expected attribute \"%c\".".formatted(name));
    }
    return field().substring(2);
  }

  /** What lies before the next comma, which is skipped. */
  String field() {
    int comma = text.indexOf(',', position);
    int end = comma < 0 ? text.length() : comma;
    String field = text.substring(position, end);
    position = Math.min(end + 1, text.length());
    return field;
  }

  boolean startsWith(String prefix) {
    return text.startsWith(prefix, position);
  }

  /** What is left, unread. */
  String rest() {
    return text.substring(position);
  }

  String all() {
    return text;
  }
}
