package dev.drover.pgwire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * The fields of an ErrorResponse or NoticeResponse, in their order, by PostgreSQL's letters.
 *
 * <p>Fields that are not touched leave exactly as they came, byte for byte, unknown ones too.
 *
 * <p>Threads: immutable.
 *
 * <p>Source: PostgreSQL 18 manual, section 54.8, "Error and Notice Message Fields".
 */
public final class ErrorFields {
  public static final char SEVERITY = 'S';

  /** The severity that is never translated. */
  public static final char SEVERITY_NONLOCALIZED = 'V';

  public static final char SQLSTATE = 'C';
  public static final char MESSAGE = 'M';
  public static final char DETAIL = 'D';
  public static final char HINT = 'H';
  public static final char POSITION = 'P';
  public static final char INTERNAL_POSITION = 'p';
  public static final char INTERNAL_QUERY = 'q';
  public static final char WHERE = 'W';
  public static final char SCHEMA = 's';
  public static final char TABLE = 't';
  public static final char COLUMN = 'c';
  public static final char DATATYPE = 'd';
  public static final char CONSTRAINT = 'n';
  public static final char FILE = 'F';
  public static final char LINE = 'L';
  public static final char ROUTINE = 'R';

  private static final int MAX_FIELDS = 64;

  private final List<Field> fields;

  private ErrorFields(List<Field> fields) {
    this.fields = List.copyOf(fields);
  }

  public static ErrorFields decode(ByteBuf body) {
    List<Field> fields = new ArrayList<>();
    byte letter = BodyReader.int8(body);
    while (letter != 0) {
      if (fields.size() == MAX_FIELDS) {
        throw BodyReader.violation(
            "an error response has more than %d fields".formatted(MAX_FIELDS));
      }
      fields.add(new Field((char) (letter & 0xff), BodyReader.stringBytes(body)));
      letter = BodyReader.int8(body);
    }
    BodyReader.end(body);
    return new ErrorFields(fields);
  }

  /** What a client sees of an error raised here. */
  public static ErrorFields of(SqlError error, Severity severity) {
    ErrorFields fields = of(severity, error.state().code(), String.valueOf(error.getMessage()));
    fields = error.detail().isPresent() ? fields.with(DETAIL, error.detail().get()) : fields;
    fields = error.hint().isPresent() ? fields.with(HINT, error.hint().get()) : fields;
    return error.position() > 0
        ? fields.with(POSITION, Integer.toString(error.position()))
        : fields;
  }

  public static ErrorFields of(Severity severity, String sqlState, String message) {
    return new ErrorFields(
        List.of(
            Field.of(SEVERITY, severity.name()),
            Field.of(SEVERITY_NONLOCALIZED, severity.name()),
            Field.of(SQLSTATE, sqlState),
            Field.of(MESSAGE, message)));
  }

  public static ErrorFields notice(String message) {
    return of(Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION.code(), message);
  }

  public static ErrorFields warning(SqlState state, String message) {
    return of(Severity.WARNING, state.code(), message);
  }

  public Optional<String> get(char letter) {
    for (Field field : fields) {
      if (field.letter == letter) {
        return Optional.of(new String(field.value, UTF_8));
      }
    }
    return Optional.empty();
  }

  /** The same fields with this one replaced in its place, or added at the end. */
  public ErrorFields with(char letter, String value) {
    List<Field> changed = new ArrayList<>(fields);
    Field field = Field.of(letter, value);
    for (int i = 0; i < changed.size(); i++) {
      if (changed.get(i).letter == letter) {
        changed.set(i, field);
        return new ErrorFields(changed);
      }
    }
    changed.add(field);
    return new ErrorFields(changed);
  }

  public ErrorFields without(char letter) {
    return new ErrorFields(fields.stream().filter(field -> field.letter != letter).toList());
  }

  /** With its position moved, if it has one; 0 for a place that the client does not know. */
  public ErrorFields moved(IntUnaryOperator move) {
    Optional<String> position = get(POSITION);
    if (position.isEmpty()) {
      return this;
    }
    int moved = move.applyAsInt(Integer.parseInt(position.get()));
    return moved > 0 ? with(POSITION, Integer.toString(moved)) : without(POSITION);
  }

  /** The five characters of the code; XX000 if the sender gave none. */
  public String sqlState() {
    return get(SQLSTATE).orElse(SqlState.INTERNAL_ERROR.code());
  }

  public String message() {
    return get(MESSAGE).orElse("");
  }

  /** The severity that is never translated; ERROR if the sender gave none. */
  public String severity() {
    return get(SEVERITY_NONLOCALIZED).or(() -> get(SEVERITY)).orElse(Severity.ERROR.name());
  }

  /** The letters of the fields, in order. */
  public List<Character> letters() {
    return fields.stream().map(Field::letter).toList();
  }

  /** Appends a whole ErrorResponse. */
  public void encodeError(ByteBuf out) {
    encode(out, MessageType.Backend.ERROR);
  }

  /** Appends a whole NoticeResponse. */
  public void encodeNotice(ByteBuf out) {
    encode(out, MessageType.Backend.NOTICE);
  }

  /** Appends a whole message of this type, ErrorResponse or NoticeResponse. */
  public void encode(ByteBuf out, byte type) {
    int frame = Frames.begin(out, type);
    encodeBody(out);
    Frames.end(out, frame);
  }

  /** What {@link #decode} reads. */
  public ByteBuf body() {
    ByteBuf out = Unpooled.buffer();
    encodeBody(out);
    return out;
  }

  private void encodeBody(ByteBuf out) {
    for (Field field : fields) {
      out.writeByte(field.letter);
      out.writeBytes(field.value);
      out.writeByte(0);
    }
    out.writeByte(0);
  }

  /** Severity, code and message on one line. */
  @Override
  public String toString() {
    return severity() + " " + sqlState() + ": " + message();
  }

  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  private record Field(char letter, byte[] value) {
    static Field of(char letter, String text) {
      requireNonNull(text);
      return new Field(letter, text.replace("\0", "").getBytes(UTF_8));
    }
  }
}
