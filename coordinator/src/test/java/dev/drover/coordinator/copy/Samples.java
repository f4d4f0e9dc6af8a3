package dev.drover.coordinator.copy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Random rows and their encodings in COPY's formats, written independently of the code under test:
 * every value is encoded in one of the several ways that the format allows.
 */
final class Samples {
  private static final String[] PIECES = {
    "",
    "a",
    "Ab",
    "\\",
    "\\N",
    "N",
    ".",
    "\\.",
    "\"",
    "\"\"",
    "'",
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "ż",
    "日本",
    "😀",
    " ",
    "x41",
    "101",
    "b",
    "null",
    "longer text without any mark 0123456789"
  };

  private final RandomGenerator random;

  Samples(RandomGenerator random) {
    this.random = random;
  }

  /** Rows of {@code columns} texts; empty is NULL. */
  List<List<Optional<String>>> rows(int count, int columns) {
    List<List<Optional<String>>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Optional<String>> row = new ArrayList<>();
      for (int c = 0; c < columns; c++) {
        row.add(random.nextInt(10) == 0 ? Optional.empty() : Optional.of(text()));
      }
      rows.add(row);
    }
    return rows;
  }

  CopyOptions options(CopyFormat format) {
    boolean csv = format == CopyFormat.CSV;
    boolean custom = random.nextBoolean();
    byte quote = (byte) (custom ? '\'' : '"');
    byte escape = random.nextBoolean() ? quote : (byte) '\\';
    byte delimiter = (byte) (custom ? ';' : csv ? ',' : '\t');
    String nullText = custom ? "null" : csv ? "" : "\\N";
    CopyOptions.Header header =
        format != CopyFormat.BINARY && random.nextBoolean()
            ? CopyOptions.Header.SKIP
            : CopyOptions.Header.NONE;
    return new CopyOptions(
        format,
        delimiter,
        nullText,
        quote,
        csv ? escape : quote,
        header,
        Optional.empty(),
        Optional.empty(),
        CopyOptions.Columns.NONE,
        CopyOptions.Columns.NONE);
  }

  String lineEnd() {
    return new String[] {"\n", "\r", "\r\n"}[random.nextInt(3)];
  }

  /** Each row's bytes, with its line end. */
  List<byte[]> encode(CopyOptions options, List<List<Optional<String>>> rows, String lineEnd) {
    List<byte[]> encoded = new ArrayList<>();
    for (List<Optional<String>> row : rows) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      if (options.format() == CopyFormat.BINARY) {
        out.writeBytes(ByteBuffer.allocate(2).putShort((short) row.size()).array());
      }
      for (int c = 0; c < row.size(); c++) {
        switch (options.format()) {
          case TEXT -> separated(out, options, c, text(options, row.get(c)));
          case CSV -> separated(out, options, c, csv(options, row.get(c)));
          case BINARY -> binary(out, row.get(c));
        }
      }
      if (options.format() != CopyFormat.BINARY) {
        out.writeBytes(lineEnd.getBytes(StandardCharsets.US_ASCII));
      }
      encoded.add(out.toByteArray());
    }
    return encoded;
  }

  /** A whole stream; the last line may lack its end, an end marker may follow. */
  byte[] stream(CopyOptions options, List<byte[]> rows, String lineEnd) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (options.format() == CopyFormat.BINARY) {
      out.writeBytes("PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1));
      int extension = random.nextInt(3);
      out.writeBytes(ByteBuffer.allocate(8).putInt(0).putInt(extension).array());
      out.writeBytes(new byte[extension]);
    } else if (options.header() != CopyOptions.Header.NONE) {
      out.writeBytes(
          ("some" + (char) options.delimiter() + "names" + lineEnd)
              .getBytes(StandardCharsets.US_ASCII));
    }
    rows.forEach(out::writeBytes);
    if (options.format() == CopyFormat.BINARY && random.nextBoolean()) {
      out.writeBytes(new byte[] {-1, -1});
    }
    if (options.format() == CopyFormat.TEXT && random.nextInt(4) == 0) {
      out.writeBytes(("\\." + lineEnd + "ignored\trest").getBytes(StandardCharsets.US_ASCII));
    }
    return out.toByteArray();
  }

  /** The bytes cut at random places. */
  List<ByteBuf> chunks(byte[] bytes, int longest) {
    List<ByteBuf> chunks = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int length = Math.min(bytes.length - at, random.nextInt(longest + 1));
      chunks.add(Unpooled.wrappedBuffer(bytes, at, length));
      at += length;
    }
    return chunks;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(5);
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  private static void separated(
      ByteArrayOutputStream out, CopyOptions options, int column, String field) {
    if (column > 0) {
      out.write(options.delimiter());
    }
    out.writeBytes(field.getBytes(StandardCharsets.UTF_8));
  }

  private String text(CopyOptions options, Optional<String> value) {
    if (value.isEmpty()) {
      return options.nullText();
    }
    StringBuilder field = new StringBuilder();
    String text = value.get();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean mustEscape =
          c == '\\' || c == '\n' || c == '\r' || c == options.delimiter() || (i == 0 && c == 'n');
      boolean ascii = c < 0x80;
      if (mustEscape || (ascii && random.nextInt(8) == 0)) {
        field.append(escaped(c, i + 1 < text.length() ? text.charAt(i + 1) : ' '));
      } else {
        field.append(c);
      }
    }
    return field.toString();
  }

  private String escaped(char c, char next) {
    boolean hexFollows = Character.digit(next, 16) >= 0;
    return switch (random.nextInt(3)) {
      case 0 -> String.format("\\%03o", (int) c);
      case 1 -> hexFollows ? String.format("\\x%02x", (int) c) : String.format("\\x%x", (int) c);
      default ->
          switch (c) {
            case '\n' -> random.nextBoolean() ? "\\n" : "\\012";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\\', '\'', '"', ',', ';', ' ' -> "\\" + c;
            default -> String.format("\\%03o", (int) c);
          };
    };
  }

  private String csv(CopyOptions options, Optional<String> value) {
    if (value.isEmpty()) {
      return options.nullText();
    }
    String text = value.get();
    char quote = (char) options.quote();
    char escape = (char) options.escape();
    boolean mustQuote =
        text.equals(options.nullText())
            || text.isEmpty()
            || text.equals("\\.")
            || text.chars().anyMatch(c -> c == quote || c == '\n' || c == '\r')
            || text.indexOf(options.delimiter()) >= 0;
    if (!mustQuote && random.nextBoolean()) {
      return text;
    }
    StringBuilder field = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == quote || c == escape) {
        field.append(escape);
      }
      field.append(c);
    }
    return quote + field.toString() + quote;
  }

  private static void binary(ByteArrayOutputStream out, Optional<String> value) {
    byte[] bytes = value.orElse("").getBytes(StandardCharsets.UTF_8);
    int length = value.isEmpty() ? -1 : bytes.length;
    out.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
    out.writeBytes(bytes);
  }
}
