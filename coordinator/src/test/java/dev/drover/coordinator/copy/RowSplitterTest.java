package dev.drover.coordinator.copy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RowSplitterTest {
  private static final List<String> COLUMNS = List.of("a", "b", "c", "d");

  /** What a splitter gives. */
  private record Seen(String bytes, List<Optional<String>> keys, long line) {}

  private static CopyOptions plain(CopyFormat format, CopyOptions.Header header) {
    boolean csv = format == CopyFormat.CSV;
    return new CopyOptions(
        format,
        (byte) (csv ? ',' : '\t'),
        csv ? "" : "\\N",
        (byte) '"',
        (byte) '"',
        header,
        Optional.empty(),
        Optional.empty(),
        CopyOptions.Columns.NONE,
        CopyOptions.Columns.NONE);
  }

  private static RowShape shape(CopyOptions options, int columns, List<Integer> keys) {
    return new RowShape(
        options, COLUMNS.subList(0, columns), keys, false, RowSplitter.MAX_ROW_BYTES);
  }

  private static List<Seen> split(RowShape shape, List<ByteBuf> chunks) {
    RowSplitter splitter = RowSplitter.of(shape);
    CopyRow row = new CopyRow(shape.keyPositions().size());
    List<Seen> seen = new ArrayList<>();
    for (ByteBuf chunk : chunks) {
      splitter.feed(chunk);
      collect(splitter, row, seen);
    }
    splitter.complete();
    collect(splitter, row, seen);
    assertThat(splitter.isFinished()).isTrue();
    return seen;
  }

  private static void collect(RowSplitter splitter, CopyRow row, List<Seen> seen) {
    while (splitter.next(row)) {
      List<Optional<String>> keys = new ArrayList<>();
      for (int key = 0; key < row.keys(); key++) {
        keys.add(
            row.isKeyNull(key)
                ? Optional.empty()
                : Optional.of(
                    new String(row.keyBytes(key), row.keyOffset(key), row.keyLength(key), UTF_8)));
      }
      byte[] bytes = Arrays.copyOfRange(row.bytes(), row.start(), row.end());
      seen.add(new Seen(new String(bytes, ISO_8859_1), keys, row.line()));
    }
  }

  private static List<Seen> split(RowShape shape, String text) {
    List<ByteBuf> bytes = new ArrayList<>();
    for (byte each : text.getBytes(UTF_8)) {
      bytes.add(Unpooled.wrappedBuffer(new byte[] {each}));
    }
    List<Seen> byByte = split(shape, bytes);
    List<Seen> atOnce = split(shape, List.of(Unpooled.copiedBuffer(text, UTF_8)));
    assertThat(byByte).isEqualTo(atOnce);
    return atOnce;
  }

  private static List<List<Optional<String>>> keys(RowShape shape, String text) {
    return split(shape, text).stream().map(Seen::keys).toList();
  }

  @ParameterizedTest
  @EnumSource(CopyFormat.class)
  void rowsAndKeysAreFoundWhereverTheStreamIsCut(CopyFormat format) {
    Random random = new Random(7);
    Samples samples = new Samples(random);
    for (int round = 0; round < 1500; round++) {
      CopyOptions options = samples.options(format);
      String lineEnd = samples.lineEnd();
      List<List<Optional<String>>> rows = samples.rows(random.nextInt(12), 4);
      List<byte[]> encoded = samples.encode(options, rows, lineEnd);
      byte[] stream = samples.stream(options, encoded, lineEnd);
      List<Integer> keys =
          random.nextBoolean() ? List.of(random.nextInt(4)) : List.of(2, 0, 3).subList(0, 2);

      List<Seen> seen =
          split(shape(options, 4, keys), samples.chunks(stream, 1 + random.nextInt(60)));

      assertThat(seen.stream().map(Seen::bytes))
          .isEqualTo(encoded.stream().map(row -> new String(row, ISO_8859_1)).toList());
      assertThat(seen.stream().map(Seen::keys))
          .isEqualTo(rows.stream().map(row -> keys.stream().map(row::get).toList()).toList());
    }
  }

  @Test
  void textEscapesAreDecodedInKeysOnly() {
    RowShape shape = shape(plain(CopyFormat.TEXT, CopyOptions.Header.NONE), 2, List.of(1));
    assertThat(keys(shape, "x\\ty\t\\x41\\102\\b\\q\\\\\n1\t\\N\n2\t\\\\N\n3\ta\\\nb\n"))
        .containsExactly(
            List.of(Optional.of("AB\bq\\")),
            List.of(Optional.empty()),
            List.of(Optional.of("\\N")),
            List.of(Optional.of("a\nb")));
  }

  @Test
  void anEndMarkerEndsTextAndTheRestIsIgnored() {
    RowShape shape = shape(plain(CopyFormat.TEXT, CopyOptions.Header.NONE), 1, List.of(0));
    assertThat(split(shape, "1\n2\n\\.\n3\n").stream().map(Seen::bytes))
        .containsExactly("1\n", "2\n");
    assertBad(shape, "1\nx\\.\n", "end-of-copy marker is not alone on its line");
    assertBad(shape, "1\n\\.x\n", "end-of-copy marker is not alone on its line");
    assertBad(shape, "1\r\\.\n", "end-of-copy marker does not match previous newline style");
  }

  @Test
  void anEndMarkerIsDataInCsvUnlessOldServersWouldStop() {
    CopyOptions csv = plain(CopyFormat.CSV, CopyOptions.Header.NONE);
    assertThat(keys(shape(csv, 1, List.of(0)), "1\n\\.\n2\n")).hasSize(3);
    RowShape old = new RowShape(csv, List.of("a"), List.of(0), true, RowSplitter.MAX_ROW_BYTES);
    assertThat(keys(old, "1\n\\.\n2\n")).hasSize(1);
    assertThat(keys(old, "1\r\n\\.\r\n2\r\n")).hasSize(1);
    assertThat(keys(old, "1\n\\.x\n2\n")).hasSize(3);
    assertThat(keys(old, "\"a\n\\.\nb\"\n2\n")).hasSize(2);
  }

  @Test
  void mixedLineEndsAreRefusedInPostgresqlsWords() {
    RowShape text = shape(plain(CopyFormat.TEXT, CopyOptions.Header.NONE), 1, List.of(0));
    assertBad(text, "1\n2\r\n", "literal carriage return found in data");
    assertBad(text, "1\r\n2\n", "literal newline found in data");
    assertBad(text, "1\r\n2\r3\r\n", "literal carriage return found in data");
    RowShape csv = shape(plain(CopyFormat.CSV, CopyOptions.Header.NONE), 1, List.of(0));
    assertBad(csv, "1\n2\r\n", "unquoted carriage return found in data");
    assertBad(csv, "1\r2\n", "unquoted newline found in data");
  }

  @Test
  void aRowWithoutItsKeyNamesTheMissingColumn() {
    RowShape text = shape(plain(CopyFormat.TEXT, CopyOptions.Header.NONE), 3, List.of(2));
    assertBad(text, "1\t2\n", "missing data for column \"c\"");
    assertBad(text, "\n", "missing data for column \"b\"");
    RowShape csv = shape(plain(CopyFormat.CSV, CopyOptions.Header.NONE), 2, List.of(1));
    assertBad(csv, "\"1,2\"\n", "missing data for column \"b\"");
    assertBad(csv, "\"1\n2,3\n", "unterminated CSV quoted field");
  }

  @Test
  void linesAreCountedAsPostgresqlCountsThem() {
    RowShape csv = shape(plain(CopyFormat.CSV, CopyOptions.Header.SKIP), 1, List.of(0));
    assertThat(split(csv, "h\n1\n\"a\nb\nc\"\n4\n").stream().map(Seen::line))
        .containsExactly(2L, 5L, 6L);
  }

  @Test
  void forcedNullsDecideTheKeysNull() {
    CopyOptions options =
        new CopyOptions(
            CopyFormat.CSV,
            (byte) ',',
            "nil",
            (byte) '"',
            (byte) '"',
            CopyOptions.Header.NONE,
            Optional.of("\\D"),
            Optional.empty(),
            new CopyOptions.Columns(false, Set.of("a")),
            new CopyOptions.Columns(false, Set.of("b")));
    RowShape shape = shape(options, 3, List.of(0, 1, 2));
    assertThat(keys(shape, "nil,\"nil\",\"nil\"\n\"nil\",nil,nil\n"))
        .containsExactly(
            List.of(Optional.of("nil"), Optional.empty(), Optional.of("nil")),
            List.of(Optional.of("nil"), Optional.empty(), Optional.empty()));
  }

  @Test
  void aHeaderThatMustMatchIsCompared() {
    RowShape csv = shape(plain(CopyFormat.CSV, CopyOptions.Header.MATCH), 2, List.of(0));
    assertThat(split(csv, "\"a\",b\n1,2\n")).hasSize(1);
    assertBad(
        csv, "a,B\n", "column name mismatch in header line field 2: got \"B\", expected \"b\"");
    assertBad(csv, "a\n", "wrong number of fields in header line: got 1, expected 2");
    assertBad(
        csv,
        "a,\n",
        "column name mismatch in header line field 2: got null value (\"\"), expected \"b\"");
  }

  @Test
  void brokenBinaryStreamsAreRefused() {
    RowShape shape = shape(plain(CopyFormat.BINARY, CopyOptions.Header.NONE), 1, List.of(0));
    String header = "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0";
    assertBadBinary(shape, "PGCOPX\n", "COPY file signature not recognized");
    assertBadBinary(shape, "", "COPY file signature not recognized");
    assertBadBinary(shape, header.substring(0, 12), "invalid COPY file header (missing flags)");
    assertBadBinary(shape, header + "\0\2", "row field count is 2, expected 1");
    assertBadBinary(shape, header + "\0\1\0\0\0\4ab", "unexpected EOF in COPY data");
    assertBadBinary(shape, header + "\0\1\u00ff\u00ff\u00ff\u00fe", "invalid field size");
    assertBadBinary(shape, header + "\u00ff\u00ffx", "received copy data after EOF marker");
  }

  @Test
  void aRowIsBoundedButAStreamIsNot() {
    RowShape shape =
        new RowShape(
            plain(CopyFormat.TEXT, CopyOptions.Header.NONE), List.of("a"), List.of(0), false, 1000);
    assertThat(split(shape, List.of(Unpooled.wrappedBuffer("1\n".repeat(100_000).getBytes(UTF_8)))))
        .hasSize(100_000);
    assertThatThrownBy(
            () ->
                split(shape, List.of(Unpooled.wrappedBuffer("1".repeat(100_000).getBytes(UTF_8)))))
        .isInstanceOfSatisfying(
            SqlError.class, e -> assertThat(e.state()).isEqualTo(SqlState.PROGRAM_LIMIT_EXCEEDED));
  }

  /** Method: bytes drawn from the marks of the format, in random chunks; time is bounded. */
  @ParameterizedTest
  @EnumSource(CopyFormat.class)
  void garbageEndsInRowsOrInAnError(CopyFormat format) {
    Random random = new Random(11);
    byte[] marks = "\\.\n\r\t,\"N1a\0\1\u0002PGCOPY\u00ff".getBytes(ISO_8859_1);
    Samples samples = new Samples(random);
    for (int round = 0; round < 3000; round++) {
      byte[] stream = new byte[random.nextInt(200)];
      for (int i = 0; i < stream.length; i++) {
        stream[i] = marks[random.nextInt(marks.length)];
      }
      RowShape shape = shape(samples.options(format), 4, List.of(random.nextInt(4)));
      try {
        split(shape, samples.chunks(stream, 20));
      } catch (SqlError e) {
        assertThat(e.state())
            .isIn(SqlState.BAD_COPY_FILE_FORMAT, SqlState.CHARACTER_NOT_IN_REPERTOIRE);
      }
    }
  }

  private static void assertBad(RowShape shape, String text, String message) {
    assertThatThrownBy(() -> split(shape, text))
        .isInstanceOfSatisfying(
            SqlError.class, e -> assertThat(e.state()).isEqualTo(SqlState.BAD_COPY_FILE_FORMAT))
        .hasMessage(message);
  }

  private static void assertBadBinary(RowShape shape, String bytes, String message) {
    assertThatThrownBy(
            () -> split(shape, List.of(Unpooled.wrappedBuffer(bytes.getBytes(ISO_8859_1)))))
        .isInstanceOf(SqlError.class)
        .hasMessage(message);
  }
}
