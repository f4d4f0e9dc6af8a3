package dev.drover.coordinator.copy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Conversions between the streams of servers and those of COPY. */
final class CopyStreamsTest {
  private static final int HEADER_BYTES = 19;

  private static ByteBuf dataRow(List<Optional<String>> fields) {
    ByteBuf body = Unpooled.buffer();
    body.writeShort(fields.size());
    for (Optional<String> field : fields) {
      byte[] bytes = field.orElse("").getBytes(UTF_8);
      body.writeInt(field.isEmpty() ? -1 : bytes.length).writeBytes(bytes);
    }
    return Unpooled.buffer().writeByte('D').writeInt(body.readableBytes() + 4).writeBytes(body);
  }

  private static ByteBuf message(byte[] payload) {
    return Unpooled.buffer().writeByte('d').writeInt(payload.length + 4).writeBytes(payload);
  }

  private static ByteBuf header(byte... rest) {
    byte[] message = BinaryHeader.headerMessage();
    ByteBuf payload = Unpooled.buffer();
    payload.writeBytes(message, 5, HEADER_BYTES).writeBytes(rest);
    return message(ByteBufUtil.getBytes(payload));
  }

  private static ByteBuf trailer() {
    return Unpooled.wrappedBuffer(BinaryHeader.trailerMessage());
  }

  private static ByteBuf line(String text) {
    return message(text.getBytes(UTF_8));
  }

  @Test
  void textRowsBecomeEscapedLines() {
    ByteBuf out = Unpooled.buffer();
    DataRowToCopy rows = DataRowToCopy.text(ExactFloats.NONE);
    rows.convert(
        Unpooled.wrappedBuffer(
            dataRow(List.of(Optional.of("a\tb\\c"), Optional.empty(), Optional.of(""))),
            dataRow(List.of(Optional.of("\r\n\b\f\u000b"), Optional.of("ż"), Optional.of("\\N")))),
        out);
    rows.end(out);
    assertThat(out.toString(UTF_8)).isEqualTo("a\\tb\\\\c\t\\N\t\n\\r\\n\\b\\f\\v\tż\t\\\\N\n");
  }

  @Test
  void binaryRowsBecomeTuplesBetweenHeaderAndTrailer() {
    ByteBuf out = Unpooled.buffer();
    DataRowToCopy rows = DataRowToCopy.binary();
    rows.convert(dataRow(List.of(Optional.of("x"))), out);
    rows.convert(dataRow(List.of(Optional.empty())), out);
    rows.end(out);
    assertThat(ByteBufUtil.getBytes(out.slice(HEADER_BYTES, out.readableBytes() - HEADER_BYTES)))
        .containsExactly(0, 1, 0, 0, 0, 1, 'x', 0, 1, -1, -1, -1, -1, -1, -1);
    assertThat(ByteBufUtil.getBytes(out.slice(0, 11)))
        .containsExactly('P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n', 0);
  }

  @Test
  void aBinaryStreamWithoutRowsIsStillAStream() {
    ByteBuf out = Unpooled.buffer();
    DataRowToCopy.binary().end(out);
    assertThat(out.readableBytes()).isEqualTo(HEADER_BYTES + 2);
  }

  @Test
  void joinedTextPassesAndItsHeaderPassesOnce() {
    CopyOutJoin join = CopyOutJoin.of(CopyFormat.CSV, true, UnpooledByteBufAllocator.DEFAULT);
    ByteBuf out = Unpooled.buffer();
    out.writeBytes(join.join(2, Unpooled.wrappedBuffer(line("a,b\n"), line("1,2\n"))));
    out.writeBytes(join.join(1, line("a,b\n")));
    out.writeBytes(join.join(1, line("3,4\n")));
    out.writeBytes(join.join(2, line("5,6\n")));
    out.writeBytes(join.end());
    ByteBuf expected =
        Unpooled.wrappedBuffer(line("a,b\n"), line("1,2\n"), line("3,4\n"), line("5,6\n"));
    assertThat(ByteBufUtil.hexDump(out)).isEqualTo(ByteBufUtil.hexDump(expected));
  }

  @Test
  void joinedBinaryStreamsHaveOneHeaderAndOneTrailer() {
    CopyOutJoin join = CopyOutJoin.of(CopyFormat.BINARY, false, UnpooledByteBufAllocator.DEFAULT);
    byte[] tuple = {0, 1, 0, 0, 0, 1, 'x'};
    ByteBuf out = Unpooled.buffer();
    out.writeBytes(join.join(1, header(tuple)));
    out.writeBytes(join.join(2, Unpooled.wrappedBuffer(header(tuple), message(tuple), trailer())));
    out.writeBytes(join.join(3, header((byte) -1, (byte) -1)));
    out.writeBytes(join.join(1, Unpooled.wrappedBuffer(message(tuple), trailer())));
    out.writeBytes(join.end());
    ByteBuf expected =
        Unpooled.wrappedBuffer(
            header(tuple), message(tuple), message(tuple), message(tuple), trailer());
    assertThat(ByteBufUtil.hexDump(out)).isEqualTo(ByteBufUtil.hexDump(expected));
  }

  @Test
  void joinedBinaryStreamsWithoutRowsAreStillAStream() {
    CopyOutJoin join = CopyOutJoin.of(CopyFormat.BINARY, false, UnpooledByteBufAllocator.DEFAULT);
    ByteBuf out = Unpooled.buffer();
    out.writeBytes(join.join(1, header((byte) -1, (byte) -1)));
    out.writeBytes(join.join(2, Unpooled.wrappedBuffer(header(), trailer())));
    out.writeBytes(join.end());
    assertThat(ByteBufUtil.hexDump(out))
        .isEqualTo(ByteBufUtil.hexDump(Unpooled.wrappedBuffer(header(), trailer())));
  }

  @Test
  void filledValuesThatLookLikeMarksAreEscaped() {
    CopyOptions text = CopyOptions.of(List.of());
    DefaultsFiller filler = DefaultsFiller.of(text, 2);
    filler.add(List.of(List.of(Optional.of("a\tb".getBytes(UTF_8)), Optional.empty())));
    assertThat(new String(filler.next().prefix(), UTF_8)).isEqualTo("a\\tb\t\\N\t");
    CopyOptions marked =
        new CopyOptions(
            CopyFormat.TEXT,
            (byte) '|',
            "5",
            (byte) '"',
            (byte) '"',
            CopyOptions.Header.NONE,
            Optional.empty(),
            Optional.empty(),
            CopyOptions.Columns.NONE,
            CopyOptions.Columns.NONE);
    DefaultsFiller other = DefaultsFiller.of(marked, 2);
    other.add(
        List.of(List.of(Optional.of("5".getBytes(UTF_8)), Optional.of("x|".getBytes(UTF_8)))));
    assertThat(new String(other.next().prefix(), UTF_8)).isEqualTo("\\065|x\\||");
  }
}
