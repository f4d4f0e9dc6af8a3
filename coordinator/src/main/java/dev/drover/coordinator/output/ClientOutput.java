package dev.drover.coordinator.output;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.coordinator.metrics.LoopCounts;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ClientEncoding;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.FrontendChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a statement's results are written to: the client's connection.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class ClientOutput implements ResultOutput {
  private final FrontendChannel channel;
  private final LoopCounts counts;
  private ByteBuf gathered = Unpooled.EMPTY_BUFFER;
  private boolean[] binary = {};
  private Optional<BinaryOids> oids = Optional.empty();
  private Optional<SqlError> failure = Optional.empty();
  private long written;
  private final BindAnswer answer = new BindAnswer(this);

  public ClientOutput(FrontendChannel channel, LoopCounts counts) {
    this.channel = channel;
    this.counts = counts;
  }

  public FrontendChannel channel() {
    return channel;
  }

  /** Rises with whatever a client sees of a result. */
  public long written() {
    return written;
  }

  /** What the client is told of its Bind when the servers have taken theirs. */
  public BindAnswer answer() {
    return answer;
  }

  @Override
  public void bound() {
    answer.tell();
  }

  @Override
  public void simpleRowDescription(CachedPlan cached) {
    written++;
    channel.out().writeBytes(cached.textRowDescription());
  }

  /** The answer to Describe: columns in the formats that Bind asked for, or NoData. */
  public void describe(CachedPlan cached, Optional<Bind> bind) {
    List<FieldDescription> columns = cached.facts().columns();
    if (!cached.returnsRows()) {
      BackendEncoder.noData(channel.out());
      return;
    }
    if (bind.isEmpty() || bind.get().allResultsAreText()) {
      channel.out().writeBytes(cached.textRowDescription());
      return;
    }
    List<FieldDescription> formatted = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      FieldDescription column = columns.get(i);
      formatted.add(
          new FieldDescription(
              column.name(),
              column.tableOid(),
              column.attnum(),
              column.typeOid(),
              column.typeLength(),
              column.typmod(),
              (short) bind.get().resultFormat(i)));
    }
    BackendEncoder.rowDescription(channel.out(), formatted);
  }

  @Override
  public void rows(ByteBuf run) {
    written++;
    answer.tell();
    if (encoded()) {
      convert(run);
    } else {
      channel.forward(run);
    }
  }

  @Override
  public ByteBuf rowBuffer() {
    written++;
    answer.tell();
    if (!encoded()) {
      return channel.out();
    }
    settle();
    gathered = Unpooled.buffer();
    return gathered;
  }

  /** Which columns of the next rows are in binary format. */
  public void binaryColumns(boolean[] next) {
    settle();
    binary = next;
  }

  /** What the next rows hold that the client is to see otherwise. */
  public void binaryOids(Optional<BinaryOids> next) {
    settle();
    oids = next;
  }

  @Override
  public boolean encoded() {
    return channel.encoding().isPresent() || oids.isPresent();
  }

  @Override
  public Optional<SqlError> failure() {
    settle();
    Optional<SqlError> taken = failure;
    failure = Optional.empty();
    return taken;
  }

  /** What was gathered leaves before anything else. */
  private void settle() {
    if (gathered.isReadable()) {
      ByteBuf frames = gathered;
      gathered = Unpooled.EMPTY_BUFFER;
      convert(frames);
    }
  }

  /** After a row that cannot be given to the client, none follows. */
  private void convert(ByteBuf run) {
    settle();
    try {
      if (failure.isEmpty()) {
        oids.ifPresent(o -> o.patch(run));
        write(run);
      }
    } catch (SqlError e) {
      failure = Optional.of(e);
    } finally {
      run.release();
    }
  }

  private void write(ByteBuf run) {
    if (channel.encoding().isEmpty()) {
      channel.forward(run.retain());
      return;
    }
    ClientEncoding encoding = channel.encoding().get();
    while (run.isReadable()) {
      byte type = run.readByte();
      ByteBuf body = run.readSlice(run.readInt() - Integer.BYTES);
      ByteBuf text = encoding.encode(type, body, binary);
      ByteBuf out = channel.out();
      out.writeByte(type).writeInt(text.readableBytes() + Integer.BYTES).writeBytes(text);
    }
  }

  public void commandComplete(String tag) {
    answer.tell();
    if (tag.isEmpty()) {
      BackendEncoder.emptyQuery(channel.out());
    } else {
      BackendEncoder.commandComplete(channel.out(), tag);
    }
  }

  @Override
  public void notice(ErrorFields fields) {
    BackendEncoder.notice(channel.out(), fields);
  }

  /** An error of what has not been bound comes instead of the answer to Bind. */
  public void error(ErrorFields fields) {
    answer.drop();
    counts.failed(fields.sqlState());
    BackendEncoder.error(channel.out(), fields);
  }

  @Override
  public boolean writable() {
    return channel.writable();
  }

  @Override
  public void flush() {
    settle();
    channel.flush();
  }
}
