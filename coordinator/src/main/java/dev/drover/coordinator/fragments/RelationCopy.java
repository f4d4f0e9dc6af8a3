package dev.drover.coordinator.fragments;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.copy.DataRowToCopy;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.LinkListener;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The rows of one statement, in the form that the source asks for, become those of a relation on
 * another connection, by COPY. The statement begins when the relation takes rows, and is paused
 * while it does not keep up.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class RelationCopy implements ResultOutput, Call.Listener {
  /** Where the rows come from. */
  public interface Source {
    /** What the statement's results are to look like. */
    RowForm form();

    /**
     * Begins the statement, with its rows and its end to be told here; empty when it has failed.
     */
    Optional<Operator> begin(RelationCopy copy);

    void notice(ErrorFields fields);

    /** So many bytes of rows have come; raises an error when these are too many. */
    default void took(int bytes) {}
  }

  private final Backend worker;
  private final Source source;
  private final Consumer<Optional<ErrorFields>> end;
  private final DataRowToCopy toCopy;
  private final ByteBuf merged = Unpooled.buffer();
  private Optional<Operator> reader = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private boolean reading;
  private boolean copying;
  private long rows;

  /** {@code end} is told once, when neither connection has anything of it outstanding. */
  public RelationCopy(Backend worker, Source source, Consumer<Optional<ErrorFields>> end) {
    this.worker = requireNonNull(worker);
    this.source = requireNonNull(source);
    this.end = requireNonNull(end);
    this.toCopy = source.form().toCopy();
  }

  /** Sends the COPY, whose {@code target} is a relation with or without a list of columns. */
  public void start(String target) {
    copying = true;
    worker.link().setListener(new Backpressure());
    worker.query(source.form().copy(target), new CopyReply());
    worker.link().flush();
  }

  /** How many the relation has got, once the end is told. */
  public long rows() {
    return rows;
  }

  private void read() {
    reading = true;
    Optional<Operator> operator = source.begin(this);
    if (reading) {
      reader = operator;
    }
  }

  @Override
  public void simpleRowDescription(CachedPlan cached) {
    // The relation's columns are known.
  }

  @Override
  public void rows(ByteBuf run) {
    takeMerged();
    try {
      take(run);
    } finally {
      run.release();
    }
    worker.link().flush();
  }

  private void take(ByteBuf run) {
    if (error.isPresent()) {
      return;
    }
    try {
      source.took(run.readableBytes());
    } catch (SqlError e) {
      FrontendEncoder.copyFail(worker.link().out(), "the relation is too large");
      worker.link().flush();
      fail(ErrorFields.of(e, Severity.ERROR));
      return;
    }
    send(out -> toCopy.convert(run, out));
  }

  private void send(Consumer<ByteBuf> data) {
    ByteBuf out = worker.link().out();
    int length = out.writerIndex() + 1;
    FrontendEncoder.copyDataHeader(out, 0);
    data.accept(out);
    out.setInt(length, out.writerIndex() - length);
  }

  private void takeMerged() {
    if (merged.isReadable()) {
      take(merged);
    }
    merged.clear();
  }

  @Override
  public boolean wholeFrames() {
    return true;
  }

  @Override
  public ByteBuf rowBuffer() {
    return merged;
  }

  @Override
  public void notice(ErrorFields fields) {
    source.notice(fields);
  }

  @Override
  public boolean writable() {
    return error.isPresent() || worker.link().writable();
  }

  @Override
  public void flush() {
    takeMerged();
    worker.link().flush();
  }

  @Override
  public void completed(Call done, String tag) {
    reading = false;
    takeMerged();
    if (copying && error.isEmpty()) {
      send(toCopy::end);
      FrontendEncoder.copyDone(worker.link().out());
      worker.link().flush();
    } else {
      endIfDone();
    }
  }

  @Override
  public void failed(Call done, ErrorFields why) {
    reading = false;
    boolean first = error.isEmpty();
    error = error.or(() -> Optional.of(why));
    if (copying && first) {
      FrontendEncoder.copyFail(worker.link().out(), "the source failed");
      worker.link().flush();
    } else {
      endIfDone();
    }
  }

  @Override
  public void suspended(Call done) {
    throw new IllegalStateException("the statement has no row limit");
  }

  /** The relation takes no more: what the reader still brings is dropped. */
  public void fail(ErrorFields why) {
    error = error.or(() -> Optional.of(why.without(ErrorFields.POSITION)));
    if (reading) {
      reader.ifPresent(Operator::cancel);
      reader.ifPresent(r -> r.clientWritable(true));
    }
  }

  private void endIfDone() {
    if (!reading && !copying) {
      worker.link().setListener(LinkListener.NONE);
      end.accept(error);
    }
  }

  /** The nodes wait while the worker does not keep up. */
  private final class Backpressure implements LinkListener {
    @Override
    public void message(byte type, ByteBuf body) {}

    @Override
    public void writable(boolean writable) {
      if (writable && reading) {
        reader.ifPresent(r -> r.clientWritable(true));
      }
    }
  }

  /** The COPY's own answers. */
  private final class CopyReply implements Reply {
    @Override
    public void rows(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      if (type == MessageType.Backend.COPY_IN) {
        read();
      } else if (type == MessageType.Backend.ERROR) {
        fail(ErrorFields.decode(body));
      } else if (type == MessageType.Backend.COMMAND_COMPLETE) {
        rows = CommandTag.decode(body).rows().orElse(0);
      }
    }

    @Override
    public void ready(char status) {
      copying = false;
      endIfDone();
    }

    @Override
    public void broken(SqlError why) {
      copying = false;
      fail(ErrorFields.of(why, Severity.ERROR));
      endIfDone();
    }
  }
}
