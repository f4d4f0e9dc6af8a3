package dev.drover.tests.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Messages as lines of text that are equal exactly when a client cannot tell the servers apart.
 *
 * <p>OIDs of objects that users make differ from server to server and are shown as "user"; so are
 * the places in PostgreSQL's source that an error names, and its context, where Drover adds the
 * node.
 */
public final class Transcript {
  private static final int FIRST_USER_OID = 16384;

  /** File, line and routine of an error. */
  private static final String UNSEEN_ERROR_FIELDS = "FLR";

  private static final char CONTEXT = 'W';

  private Transcript() {}

  public static List<String> of(List<Message> messages) {
    return messages.stream().map(Transcript::line).toList();
  }

  /** One message as one line. */
  public static String line(Message message) {
    return switch (message.type()) {
      case 'T' -> "RowDescription " + columns(message);
      case 'D' -> "DataRow " + row(message);
      case 'C' -> "CommandComplete " + Message.text(message.reader());
      case 'E' -> "Error " + error(message);
      case 'N' -> "Notice " + error(message);
      case 'Z' -> "ReadyForQuery " + (char) message.reader().get();
      case 't' -> "ParameterDescription " + parameters(message);
      case 'S' -> "ParameterStatus " + setting(message);
      case 'R' -> "Authentication " + message.reader().getInt();
      case 'K' -> "BackendKeyData";
      case 'd' -> "CopyData " + value(message.reader());
      case 'G' -> "CopyIn " + hex(message.reader());
      case 'H' -> "CopyOut " + hex(message.reader());
      case 'V' -> "FunctionCallResponse " + hex(message.reader());
      case 'v' -> "NegotiateProtocolVersion " + hex(message.reader());
      case '1' -> "ParseComplete";
      case '2' -> "BindComplete";
      case '3' -> "CloseComplete";
      case 'c' -> "CopyDone";
      case 'n' -> "NoData";
      case 's' -> "PortalSuspended";
      case 'I' -> "EmptyQuery";
      case 'A' -> "Notification " + notification(message);
      default -> "Unknown " + message.type() + " " + hex(message.reader());
    };
  }

  private static String columns(Message message) {
    return message.columns().stream().map(Transcript::column).collect(Collectors.joining(", "));
  }

  private static String column(Message.Field field) {
    return "%s(type=%s length=%d modifier=%d table=%s.%d format=%d)"
        .formatted(
            field.name(),
            oid(field.type().oid()),
            field.type().length(),
            field.type().modifier(),
            oid(field.tableOid()),
            field.attribute(),
            field.format());
  }

  private static String oid(int oid) {
    return oid >= FIRST_USER_OID ? "user" : Integer.toString(oid);
  }

  private static String row(Message message) {
    return message.values().stream()
        .map(value -> value.map(Transcript::value).orElse("NULL"))
        .collect(Collectors.joining(", "));
  }

  private static String value(ByteBuffer bytes) {
    try {
      String text = UTF_8.newDecoder().decode(bytes.duplicate()).toString();
      if (text.chars().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')) {
        return "'" + text + "'";
      }
    } catch (CharacterCodingException e) {
      return hex(bytes);
    }
    return hex(bytes);
  }

  private static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return "\\x" + HexFormat.of().formatHex(copy);
  }

  /** The number of a session's temporary schema is the server's own business. */
  private static String error(Message message) {
    Map<Character, String> fields = new TreeMap<>(message.errorFields());
    fields.keySet().removeIf(field -> UNSEEN_ERROR_FIELDS.indexOf(field) >= 0);
    fields.computeIfPresent(CONTEXT, (field, text) -> lineOfCopy(text));
    return fields.toString().replaceAll("\\bpg_temp_\\d+", "pg_temp_N");
  }

  /** Of the context only the line of a COPY is compared; null removes it. */
  private static String lineOfCopy(String context) {
    return context.startsWith("COPY ") ? context.lines().findFirst().orElseThrow() : null;
  }

  private static String parameters(Message message) {
    ByteBuffer in = message.reader();
    StringBuilder types = new StringBuilder();
    for (int left = in.getShort(); left > 0; left--) {
      types.append(oid(in.getInt())).append(' ');
    }
    return types.toString();
  }

  private static String setting(Message message) {
    ByteBuffer in = message.reader();
    return Message.text(in) + "=" + Message.text(in);
  }

  private static String notification(Message message) {
    ByteBuffer in = message.reader();
    in.getInt();
    return Message.text(in) + " " + Message.text(in);
  }

  /** A value in text format. */
  public static String text(ByteBuffer value) {
    return UTF_8.decode(value.duplicate()).toString();
  }

  /** The first error among the messages, if any. */
  public static Optional<Message> error(List<Message> messages) {
    return messages.stream().filter(message -> message.type() == 'E').findFirst();
  }
}
