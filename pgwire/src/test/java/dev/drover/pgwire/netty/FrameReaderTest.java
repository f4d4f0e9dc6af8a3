package dev.drover.pgwire.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** However a stream is cut into reads, the sink gets the same messages and the same rows. */
class FrameReaderTest {
  private static final int SEED = 40;
  private static final int ROUNDS = 300;
  private static final int LARGE_VALUE_BYTES = 3 << 20;

  private final PooledByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;

  @Test
  void streamInOneReadShowsMessagesAndRuns() {
    Recorder recorder = new Recorder(false);
    feed(recorder, stream(), List.of(stream().length));
    assertThat(recorder.events)
        .containsExactly("T:00", "rows:3", "C:53454c454354203300", "Z:49", "rows:1", "Z:54");
  }

  @Test
  void streamCutInTwoAnywhereShowsTheSame() {
    byte[] stream = stream();
    List<String> expected = whole(stream);
    for (int cut = 0; cut <= stream.length; cut++) {
      Recorder recorder = new Recorder(false);
      feed(recorder, stream, List.of(cut, stream.length - cut));
      assertThat(recorder.normalized()).as("cut at %d", cut).isEqualTo(expected);
    }
  }

  @Test
  void streamByteByByteShowsTheSame() {
    byte[] stream = stream();
    Recorder recorder = new Recorder(false);
    feed(recorder, stream, java.util.Collections.nCopies(stream.length, 1));
    assertThat(recorder.normalized()).isEqualTo(whole(stream));
  }

  @Test
  void randomReadsAndPausesShowTheSame() {
    Random random = new Random(SEED);
    byte[] stream = stream();
    List<String> expected = whole(stream);
    for (int round = 0; round < ROUNDS; round++) {
      Recorder recorder = new Recorder(false);
      recorder.pauses = () -> random.nextInt(3) == 0;
      feed(recorder, stream, randomCuts(random, stream.length));
      assertThat(recorder.normalized()).as("round %d", round).isEqualTo(expected);
    }
  }

  @Test
  void largeFrameLeavesInPiecesOnlyIfThatIsWanted() {
    byte[] stream = largeRow();
    Recorder pieces = new Recorder(true);
    feed(pieces, stream, cuts(stream.length, 64 << 10));
    assertThat(pieces.largestRun).isLessThanOrEqualTo(64 << 10);
    assertThat(pieces.rowBytes).isEqualTo(stream.length - 6);
    Recorder whole = new Recorder(false);
    feed(whole, stream, cuts(stream.length, 64 << 10));
    assertThat(whole.largestRun).isEqualTo(stream.length - 6);
    assertThat(whole.events).containsExactly("rows:1", "Z:49");
  }

  @Test
  void largeFrameWhoseHeaderIsCutLeavesInPiecesToo() {
    byte[] stream = largeRow();
    Recorder pieces = new Recorder(true);
    feed(pieces, stream, List.of(3, 1, 1, 5, 100_000, stream.length - 100_010));
    assertThat(pieces.rowBytes).isEqualTo(stream.length - 6);
    assertThat(pieces.events.getLast()).isEqualTo("Z:49");
  }

  @Test
  void announcedLengthAllocatesNothingBeforeTheBytesCome() {
    long before = allocator.metric().usedDirectMemory();
    List<FrameReader> readers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      ByteBuf head = allocator.directBuffer(8);
      head.writeByte(Backend.COPY_DATA).writeInt(Protocol.MAX_MESSAGE_BYTES);
      FrameReader reader = new FrameReader(allocator, new Recorder(false));
      reader.add(head);
      reader.deliver();
      readers.add(reader);
    }
    assertThat(allocator.metric().usedDirectMemory() - before).isLessThan(64L << 20);
    readers.forEach(FrameReader::close);
  }

  @Test
  void lengthsThatCannotBeAreViolations() {
    assertViolation(new byte[] {'Z', 0, 0, 0, 3}, "invalid message length");
    assertViolation(new byte[] {'Z', -1, 0, 0, 0}, "invalid message length");
    assertViolation(new byte[] {'Z', 0x7f, 0, 0, 0}, "invalid message length");
    assertViolation(new byte[] {'@', 0, 0, 0, 4}, "unknown type 64");
  }

  @Test
  void violationBehindRowsIsFoundAfterTheyWereHandedOver() {
    ByteBuf bytes = Unpooled.buffer();
    BackendEncoder.dataRow(bytes, List.of(new byte[1]));
    bytes.writeByte('@').writeInt(4);
    Recorder recorder = new Recorder(false);
    assertThatThrownBy(
            () -> feed(recorder, ByteBufUtil.getBytes(bytes), List.of(bytes.readableBytes())))
        .hasMessage("unknown type 64");
    assertThat(recorder.events).containsExactly("rows:1");
  }

  @Test
  void sinkMayCloseFromItsCall() {
    Recorder recorder = new Recorder(false);
    FrameReader reader = new FrameReader(allocator, recorder);
    recorder.onMessage = reader::close;
    ByteBuf in = allocator.directBuffer().writeBytes(stream());
    reader.add(in);
    reader.deliver();
    assertThat(recorder.events).containsExactly("T:00");
    assertThat(in.refCnt()).isZero();
    ByteBuf late = allocator.directBuffer().writeByte(1);
    reader.add(late);
    assertThat(late.refCnt()).isZero();
  }

  private List<String> whole(byte[] stream) {
    Recorder recorder = new Recorder(false);
    feed(recorder, stream, List.of(stream.length));
    return recorder.normalized();
  }

  /** Feeds reads of these sizes, resuming after each pause; every read must be released. */
  private void feed(Recorder recorder, byte[] stream, List<Integer> sizes) {
    FrameReader reader = new FrameReader(allocator, recorder);
    List<ByteBuf> reads = new ArrayList<>();
    int position = 0;
    try {
      for (int size : sizes) {
        ByteBuf read = allocator.directBuffer(Math.max(size, 1));
        read.writeBytes(stream, position, size);
        position += size;
        reads.add(read);
        reader.add(read);
        reader.deliver();
        recorder.paused = recorder.paused && recorder.pauses.getAsBoolean();
      }
      for (recorder.paused = false; reader.hasInput(); recorder.paused = false) {
        reader.deliver();
      }
    } finally {
      reader.close();
    }
    assertThat(position).isEqualTo(stream.length);
    assertThat(reads).allSatisfy(read -> assertThat(read.refCnt()).isZero());
  }

  private void assertViolation(byte[] bytes, String message) {
    for (int cut = 0; cut <= bytes.length; cut++) {
      List<Integer> sizes = List.of(cut, bytes.length - cut);
      assertThatThrownBy(() -> feed(new Recorder(false), bytes, sizes))
          .hasMessage(message)
          .extracting(error -> ((SqlError) error).state())
          .isEqualTo(SqlState.PROTOCOL_VIOLATION);
    }
  }

  private static byte[] stream() {
    ByteBuf out = Unpooled.buffer();
    out.writeByte('T').writeInt(5).writeByte(0);
    for (String value : List.of("ewe", "", "a much longer value of a ram")) {
      BackendEncoder.dataRow(out, List.of(value.getBytes(UTF_8)));
    }
    BackendEncoder.commandComplete(out, "SELECT 3");
    BackendEncoder.readyForQuery(out, 'I');
    BackendEncoder.copyData(out, "1\t2\n".getBytes(UTF_8));
    BackendEncoder.readyForQuery(out, 'T');
    return ByteBufUtil.getBytes(out);
  }

  private static byte[] largeRow() {
    ByteBuf out = Unpooled.buffer();
    BackendEncoder.dataRow(out, List.of(new byte[LARGE_VALUE_BYTES]));
    BackendEncoder.readyForQuery(out, 'I');
    return ByteBufUtil.getBytes(out);
  }

  private static List<Integer> randomCuts(Random random, int length) {
    List<Integer> sizes = new ArrayList<>();
    for (int left = length; left > 0; left -= sizes.getLast()) {
      sizes.add(1 + random.nextInt(Math.min(left, 24)));
    }
    return sizes;
  }

  private static List<Integer> cuts(int length, int size) {
    List<Integer> sizes = new ArrayList<>();
    for (int left = length; left > 0; left -= sizes.getLast()) {
      sizes.add(Math.min(left, size));
    }
    return sizes;
  }

  /** Writes down what it gets; may pause after any call. */
  private static final class Recorder implements FrameReader.Sink {
    private final boolean takesPieces;
    private final List<String> events = new ArrayList<>();
    private final ByteBuf rows = Unpooled.buffer();
    private BooleanSupplier pauses = () -> false;
    private Runnable onMessage = () -> {};
    private boolean paused;
    private int largestRun;
    private int rowBytes;

    Recorder(boolean takesPieces) {
      this.takesPieces = takesPieces;
    }

    /** Runs in a row as one, with their bytes. */
    List<String> normalized() {
      List<String> result = new ArrayList<>();
      int count = 0;
      for (String event : events) {
        if (event.startsWith("rows:")) {
          count += Integer.parseInt(event.substring("rows:".length()));
          continue;
        }
        if (count > 0) {
          result.add("rows:" + count);
          count = 0;
        }
        result.add(event);
      }
      result.add("bytes:" + ByteBufUtil.hexDump(rows));
      return result;
    }

    @Override
    public boolean isTyped() {
      return true;
    }

    @Override
    public int maxBodyBytes(byte type) {
      if (!Backend.isKnown(type)) {
        throw SqlError.of(SqlState.PROTOCOL_VIOLATION, "unknown type " + type);
      }
      return Protocol.MAX_MESSAGE_BYTES;
    }

    @Override
    public boolean passesThrough(byte type) {
      return type == Backend.DATA_ROW || type == Backend.COPY_DATA;
    }

    @Override
    public boolean takesPieces() {
      return takesPieces;
    }

    @Override
    public boolean isPaused() {
      return paused;
    }

    @Override
    public void run(ByteBuf run) {
      largestRun = Math.max(largestRun, run.readableBytes());
      rowBytes += run.readableBytes();
      if (!takesPieces) {
        rows.writeBytes(run.duplicate());
        events.add("rows:" + frames(run));
      }
      run.release();
      mayPause();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      events.add((char) type + ":" + ByteBufUtil.hexDump(body));
      mayPause();
      onMessage.run();
    }

    private void mayPause() {
      paused = pauses.getAsBoolean();
    }

    private static int frames(ByteBuf run) {
      int frames = 0;
      for (int at = run.readerIndex(); at < run.writerIndex(); frames++) {
        at += 1 + run.getInt(at + 1);
        assertThat(at).isLessThanOrEqualTo(run.writerIndex());
      }
      return frames;
    }
  }
}
