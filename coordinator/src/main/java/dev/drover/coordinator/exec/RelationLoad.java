package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.copy.DataRowToCopy;
import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.LinkListener;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Loads what the transaction's nodes give for an exchange into the worker's temporary relation, by
 * COPY.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class RelationLoad implements ResultOutput, Call.Listener {
  private final Call call;
  private final Exchange exchange;
  private final Backend worker;
  private final GatherLimit limit;
  private final CompletableFuture<Optional<ErrorFields>> end;
  private final DataRowToCopy toCopy = DataRowToCopy.text();
  private final ByteBuf merged = Unpooled.buffer();
  private Optional<Operator> reader = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private boolean reading;
  private boolean copying;
  private long rows;

  RelationLoad(
      Call call,
      Exchange exchange,
      Backend worker,
      GatherLimit limit,
      CompletableFuture<Optional<ErrorFields>> end) {
    this.call = call;
    this.exchange = exchange;
    this.worker = worker;
    this.limit = limit;
    this.end = end;
  }

  void start() {
    copying = true;
    worker.link().setListener(new Backpressure());
    String columns =
        exchange.columns().stream()
            .map(c -> '"' + c.name().replace("\"", "\"\"") + '"')
            .collect(Collectors.joining(", "));
    worker.query(
        "COPY pg_temp." + exchange.relation() + " (" + columns + ") FROM STDIN", new CopyReply());
    worker.link().flush();
  }

  /** How many it has now, once the end is told. */
  long rows() {
    return rows;
  }

  private void read() {
    reading = true;
    List<FieldDescription> columns =
        exchange.columns().stream().map(c -> FieldDescription.of(c.name(), 0, -1)).toList();
    StatementFacts facts = new StatementFacts(call.cached().facts().parameterTypes(), columns);
    CachedPlan step = new CachedPlan(call.view(), plan(exchange.producer()), facts, Map.of());
    try {
      Operator operator = Operators.of(call.step(step, this, this));
      reader = Optional.of(operator);
      operator.start();
    } catch (SqlError e) {
      failed(call, ErrorFields.of(e, Severity.ERROR));
    }
  }

  private static Plan plan(Fragment producer) {
    return switch (producer.site()) {
      case Fragment.Site.Nodes(var nodes, var pins) ->
          new Plan.AllNodes(
              producer.text(), nodes, pins, new Combine.Concatenate(Combine.Window.ALL), false);
      case Fragment.Site.AnyOf(var nodes) -> new Plan.AnyNode(producer.text(), nodes, false);
      case Fragment.Site.CatalogNode() -> new Plan.Local(producer.text(), true, false);
    };
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
      limit.take(run.readableBytes(), exchange.relation());
    } catch (SqlError e) {
      exceeded(e);
      return;
    }
    ByteBuf out = worker.link().out();
    int length = out.writerIndex() + 1;
    FrontendEncoder.copyDataHeader(out, 0);
    toCopy.convert(run, out);
    out.setInt(length, out.writerIndex() - length);
  }

  /** What still comes is dropped. */
  private void exceeded(SqlError why) {
    error = Optional.of(ErrorFields.of(why, Severity.ERROR));
    FrontendEncoder.copyFail(worker.link().out(), "the relation is too large");
    worker.link().flush();
    reader.ifPresent(Operator::cancel);
    reader.ifPresent(r -> r.clientWritable(true));
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
      FrontendEncoder.copyFail(worker.link().out(), "the source failed");
      worker.link().flush();
    } else {
      endIfDone();
    }
  }

  @Override
  public void suspended(Call done) {
    throw new IllegalStateException("a producer has no row limit");
  }

  /** The worker has failed: what the reader still brings is dropped. */
  private void fail(ErrorFields why) {
    error = error.or(() -> Optional.of(why.without(ErrorFields.POSITION)));
    if (reading) {
      reader.ifPresent(Operator::cancel);
      reader.ifPresent(r -> r.clientWritable(true));
    }
  }

  private void endIfDone() {
    if (!reading && !copying) {
      worker.link().setListener(LinkListener.NONE);
      end.complete(error);
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

  /** COPY into the relation: the nodes start when it is ready to take rows. */
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
