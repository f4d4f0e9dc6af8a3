package dev.drover.coordinator.cursor;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.copy.DataRowToCopy;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.netty.LinkListener;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;

/**
 * Runs a cursor's query to its end and keeps its rows as a cursor of the worker's connection.
 *
 * <pre>
 * BEGIN; temporary table; COPY into it; DECLARE ... WITH HOLD over it; COMMIT, which drops it
 * </pre>
 *
 * <p>At that COMMIT PostgreSQL puts the rows aside, beyond its work_mem on disk; the connection is
 * idle then and holds no snapshot.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CursorLoad implements ResultOutput, Call.Listener {
  private static final String TABLE = "drover_cursor";

  /** Begins a call; gives the operator that runs it. */
  public interface Start {
    Optional<Operator> run(Call call);
  }

  /**
   * What to load.
   *
   * @param request of the query by itself
   * @param declare everything of DECLARE up to its FOR
   */
  public record Source(
      Call.Request request, CachedPlan plan, List<FieldDescription> columns, String declare) {}

  private final Call call;
  private final Source source;
  private final Backend worker;
  private final Start start;
  private final Runnable loaded;
  private final DataRowToCopy toCopy = DataRowToCopy.text();
  private final ByteBuf merged = Unpooled.buffer();
  private Optional<Operator> reader = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private boolean reading;
  private boolean copying;

  /** {@code call} is DECLARE's; it fails, or {@code loaded} is told. */
  public CursorLoad(Call call, Source source, Backend worker, Start start, Runnable loaded) {
    this.call = requireNonNull(call);
    this.source = requireNonNull(source);
    this.worker = requireNonNull(worker);
    this.start = requireNonNull(start);
    this.loaded = requireNonNull(loaded);
  }

  public void start() {
    copying = true;
    worker.applySettings(call.settings());
    worker.link().setListener(new Backpressure());
    worker.query("BEGIN READ WRITE", new QuietReply());
    worker.query(createTable(), new QuietReply(this::created));
    worker.query("COPY pg_temp." + TABLE + " FROM STDIN", new CopyReply());
    worker.link().flush();
  }

  /** Types as the catalog node itself writes them. */
  private String createTable() {
    StringBuilder columns = new StringBuilder();
    for (int i = 0; i < source.columns().size(); i++) {
      FieldDescription column = source.columns().get(i);
      columns.append(i == 0 ? "c" : " || ', c").append(i + 1).append(" ' || ");
      columns.append("pg_catalog.format_type(").append(Integer.toUnsignedLong(column.typeOid()));
      columns.append(", ").append(column.typmod()).append(")");
    }
    String list = columns.isEmpty() ? "'" : columns + " || '";
    return "DO $drover$BEGIN EXECUTE 'CREATE TEMPORARY TABLE "
        + TABLE
        + " ("
        + list
        + ") ON COMMIT DROP'; END$drover$";
  }

  private void created(QuietReply reply) {
    boolean hasNoTable =
        reply
            .error()
            .map(e -> e.sqlState().equals(SqlState.INVALID_TABLE_DEFINITION.code()))
            .orElse(false);
    if (hasNoTable) {
      SqlError refusal =
          SqlError.notSupported("cursors over several nodes with columns of pseudo-types");
      fail(ErrorFields.of(refusal, Severity.ERROR));
    } else {
      reply.error().ifPresent(this::fail);
    }
  }

  /** The worker has failed: what the reader still brings is dropped. */
  private void fail(ErrorFields why) {
    error = error.or(() -> Optional.of(why.without(ErrorFields.POSITION)));
    if (reading) {
      reader.ifPresent(Operator::cancel);
      reader.ifPresent(r -> r.clientWritable(true));
    }
  }

  private void read() {
    reading = true;
    Optional<Operator> operator =
        start.run(call.inside(source.request(), source.plan(), this, this));
    if (reading) {
      reader = operator;
    }
  }

  @Override
  public void simpleRowDescription(CachedPlan cached) {
    // DECLARE returns no rows.
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
    ByteBuf out = worker.link().out();
    int length = out.writerIndex() + 1;
    FrontendEncoder.copyDataHeader(out, 0);
    toCopy.convert(run, out);
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
    call.output().notice(fields);
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
      FrontendEncoder.copyFail(worker.link().out(), "the query failed");
      worker.link().flush();
    } else {
      endIfDone();
    }
  }

  @Override
  public void suspended(Call done) {
    throw new IllegalStateException("a cursor's query has no row limit");
  }

  private void endIfDone() {
    if (reading || copying) {
      return;
    }
    if (!worker.link().isOpen()) {
      ended();
      return;
    }
    if (error.isPresent()) {
      worker.query("ROLLBACK", new QuietReply(_ -> ended()));
    } else {
      String query = " CURSOR WITH HOLD FOR SELECT * FROM pg_temp." + TABLE;
      worker.query(source.declare() + query, new QuietReply(this::kept));
      worker.query(
          "COMMIT",
          new QuietReply(
              reply -> {
                kept(reply);
                ended();
              }));
    }
    worker.link().flush();
  }

  private void kept(QuietReply reply) {
    error = error.or(reply::failure);
  }

  private void ended() {
    worker.link().setListener(LinkListener.NONE);
    if (error.isPresent()) {
      call.failed(error.get());
    } else {
      loaded.run();
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

  /** COPY into the table: the query starts when it is ready to take rows. */
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
