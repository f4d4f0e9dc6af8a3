package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The line of column names before the rows: passed over, or compared with the statement's columns.
 *
 * <p>Threads: immutable.
 *
 * <p>Source: PostgreSQL 18 {@code NextCopyFromRawFields}.
 */
final class HeaderLine {
  private final CopyOptions options;
  private final List<String> columns;

  HeaderLine(RowShape shape) {
    options = shape.options();
    columns = shape.columns();
  }

  boolean isExpected() {
    return options.header() != CopyOptions.Header.NONE;
  }

  void check(byte[] bytes, int start, int end) {
    checkEncoding(bytes, start, end);
    if (options.header() != CopyOptions.Header.MATCH) {
      return;
    }
    List<Field> fields = fields(bytes, start, end);
    if (fields.size() != columns.size()) {
      throw bad(
          "wrong number of fields in header line: got "
              + fields.size()
              + ", expected "
              + columns.size());
    }
    for (int i = 0; i < fields.size(); i++) {
      compare(i, fields.get(i));
    }
  }

  /** No server sees this line, so that nobody else would notice. */
  private void checkEncoding(byte[] bytes, int start, int end) {
    for (int at = start; at < end; at++) {
      if (bytes[at] == 0) {
        throw notInRepertoire(bytes[at]);
      }
    }
    if (options.keyCharset().isPresent()) {
      return;
    }
    ByteBuffer line = ByteBuffer.wrap(bytes, start, end - start);
    CoderResult result =
        StandardCharsets.UTF_8.newDecoder().decode(line, CharBuffer.allocate(end - start), true);
    if (result.isError()) {
      throw notInRepertoire(line.get());
    }
  }

  private static SqlError notInRepertoire(byte value) {
    return SqlError.of(
        SqlState.CHARACTER_NOT_IN_REPERTOIRE,
        "invalid byte sequence for encoding \"UTF8\": 0x" + HexFormat.of().toHexDigits(value));
  }

  private void compare(int index, Field field) {
    String expected = ", expected \"" + columns.get(index) + "\"";
    String place = "column name mismatch in header line field " + (index + 1) + ": got ";
    if (field.isNull()) {
      throw bad(place + "null value (\"" + options.nullText() + "\")" + expected);
    }
    if (!field.text().equals(columns.get(index))) {
      throw bad(place + "\"" + field.text() + "\"" + expected);
    }
  }

  private record Field(String text, boolean isNull) {}

  private List<Field> fields(byte[] bytes, int start, int end) {
    boolean csv = options.format() == CopyFormat.CSV;
    List<Field> fields = new ArrayList<>();
    int fieldStart = start;
    boolean coded = false;
    boolean inQuotes = false;
    for (int at = start; at < end; at++) {
      byte value = bytes[at];
      if (csv && value == options.quote()) {
        inQuotes = !inQuotes;
        coded = true;
      } else if (csv ? inQuotes && value == options.escape() : value == '\\') {
        coded = true;
        at++;
      } else if (!inQuotes && value == options.delimiter()) {
        fields.add(field(bytes, fieldStart, at, coded));
        fieldStart = at + 1;
        coded = false;
      }
    }
    fields.add(field(bytes, fieldStart, end, coded));
    return fields;
  }

  private Field field(byte[] bytes, int start, int end, boolean coded) {
    CopyRow row = new CopyRow(1);
    row.set(bytes, start, end, false);
    KeyText decoder =
        options.format() == CopyFormat.CSV
            ? KeyText.ofCsv(oneKey(options))
            : KeyText.ofText(options);
    decoder.decode(row, 0, start, end - start, coded);
    if (row.isKeyNull(0)) {
      return new Field("", true);
    }
    if (row.isKeyDefault(0)) {
      return new Field(options.defaultText().orElse(""), false);
    }
    return new Field(
        new String(row.keyBytes(0), row.keyOffset(0), row.keyLength(0), StandardCharsets.UTF_8),
        false);
  }

  private static RowShape oneKey(CopyOptions options) {
    return new RowShape(options, List.of(""), List.of(0), false, RowSplitter.MAX_ROW_BYTES);
  }

  private static SqlError bad(String message) {
    return SqlError.of(SqlState.BAD_COPY_FILE_FORMAT, message);
  }
}
