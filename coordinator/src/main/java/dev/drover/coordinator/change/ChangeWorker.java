package dev.drover.coordinator.change;

import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.ExactSettings;
import dev.drover.coordinator.exec.PlacedReply;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.fragments.JointReads;
import dev.drover.coordinator.fragments.RelationCopy;
import dev.drover.coordinator.fragments.TemporaryRelation;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.LinkListener;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.plan.ChangedTable;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The connection to the catalog node that a change is computed on, in a transaction of its own that
 * always ends by ROLLBACK: one that has touched temporary tables could not be prepared.
 *
 * <p>Threads: used by the virtual thread of its operator; what happens to the connection happens on
 * the session's event loop.
 */
final class ChangeWorker {
  /** Relations with more are worth statistics. */
  private static final int FEW_ROWS = 1000;

  private final Call call;
  private final Plan.Change plan;
  private final BlockingTransaction blocking;
  private final Backend backend;

  private ChangeWorker(Call call, Plan.Change plan, BlockingTransaction blocking, Backend backend) {
    this.call = call;
    this.plan = plan;
    this.blocking = blocking;
    this.backend = backend;
  }

  static ChangeWorker open(Call call, Plan.Change plan, BlockingTransaction blocking) {
    Backend backend =
        blocking.await(
            future ->
                call.services()
                    .pool()
                    .acquire(Node.CATALOG_ID, call.transaction().role(), request(future)));
    ChangeWorker worker = new ChangeWorker(call, plan, blocking, backend);
    blocking.onLoop(
        () -> {
          backend.applySettings(call.settings());
          backend.prepare("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", _ -> {});
        });
    return worker;
  }

  private static BackendPool.Request request(CompletableFuture<Backend> future) {
    return new BackendPool.Request() {
      @Override
      public void acquired(Backend backend) {
        future.complete(backend);
      }

      @Override
      public void refused(SqlError why) {
        future.completeExceptionally(why);
      }
    };
  }

  Backend backend() {
    return backend;
  }

  /** A statement of Drover's own. */
  void query(String sql) {
    blocking
        .<QuietReply>await(
            future -> {
              backend.query(sql, new QuietReply(future::complete));
              backend.link().flush();
            })
        .orThrow();
  }

  /** Fills a temporary relation by what the exchange's producer gives. */
  void load(Exchange exchange, JointReads reads) {
    CompletableFuture<Optional<ErrorFields>> end = new CompletableFuture<>();
    RelationCopy copy = new RelationCopy(backend, reads.source(exchange), end::complete);
    blocking.onLoop(() -> copy.start(TemporaryRelation.withColumns(exchange)));
    BlockingTransaction.join(end).ifPresent(ChangeWorker::raise);
    if (copy.rows() > FEW_ROWS) {
      query(TemporaryRelation.complete(exchange, true));
    }
  }

  private static void raise(ErrorFields error) {
    throw new ServerError(error);
  }

  /** The client's own statement: its rows are the client's. Gives the command tag. */
  String run(SqlText statement) {
    return blocking.await(future -> send(statement, future));
  }

  private void send(SqlText statement, CompletableFuture<String> future) {
    Rendering rendering = new Rendering(call, List.of(), new int[0]);
    Reply reply = new PlacedReply(new ClientReply(call, backend, future), rendering, statement);
    if (call.simple()) {
      ServerCommand.query(backend, statement, rendering, reply);
    } else {
      ServerCommand.Bound bound = new ServerCommand.Bound(statement, 0, Optional.empty(), 0, "");
      ServerCommand.execute(backend, call, bound, rendering, reply);
    }
    backend.link().flush();
  }

  /**
   * Reads rows in text format into a sink that may ask for pauses. From then on the texts lose
   * nothing, whatever the client has set.
   */
  void read(String sql, ChangeSink sink) {
    CompletableFuture<Optional<ErrorFields>> end = new CompletableFuture<>();
    blocking.onLoop(
        () -> {
          ReadReply reply = new ReadReply(sink, end);
          sink.whenProgress(reply::progress);
          backend.query(ExactSettings.SET_LOCAL + sql, reply);
          backend.link().flush();
        });
    BlockingTransaction.join(end).ifPresent(ChangeWorker::raise);
  }

  /** The transaction's work is of no use any more. */
  void cancel() {
    backend.cancel();
    backend.link().resume();
  }

  void close() {
    blocking.<QuietReply>await(
        future -> {
          backend.query("ROLLBACK", new QuietReply(future::complete));
          backend.link().flush();
        });
    blocking.onLoop(
        () -> {
          backend.link().setListener(LinkListener.NONE);
          call.services().pool().release(backend);
        });
  }

  /** The temporary relations under the names of the tables that they stand for. */
  ErrorFields named(ErrorFields error) {
    ErrorFields named = error;
    for (ChangedTable table : plan.tables()) {
      boolean isOfTable = error.get(ErrorFields.TABLE).filter(table.rows()::equals).isPresent();
      if (isOfTable && error.get(ErrorFields.SCHEMA).isPresent()) {
        named = named.with(ErrorFields.SCHEMA, schema(table));
      }
      for (char letter :
          new char[] {
            ErrorFields.MESSAGE, ErrorFields.DETAIL, ErrorFields.TABLE, ErrorFields.CONSTRAINT
          }) {
        Optional<String> text = named.get(letter).filter(t -> t.contains(table.relation()));
        if (text.isPresent()) {
          named =
              named.with(
                  letter,
                  text.get()
                      .replace(table.rows(), table.name())
                      .replace(table.relation(), table.name()));
        }
      }
    }
    return named;
  }

  private static String schema(ChangedTable table) {
    String qualified = table.table();
    int end = qualified.length() - SqlNames.quote(table.name()).length() - 1;
    return qualified.substring(1, end - 1).replace("\"\"", "\"");
  }

  /** Rows on their way into the changes on the nodes. */
  private final class ReadReply implements Reply {
    private final ChangeSink sink;
    private final CompletableFuture<Optional<ErrorFields>> end;
    private Optional<ErrorFields> error = Optional.empty();
    private boolean done;

    ReadReply(ChangeSink sink, CompletableFuture<Optional<ErrorFields>> end) {
      this.sink = sink;
      this.end = end;
    }

    @Override
    public void rows(ByteBuf run) {
      try {
        if (error.isEmpty()) {
          sink.take(run);
        }
      } catch (SqlError e) {
        error = Optional.of(ErrorFields.of(e, Severity.ERROR));
      } finally {
        run.release();
      }
      if (!sink.writable()) {
        backend.link().pause();
      }
    }

    @Override
    public void message(byte type, ByteBuf body) {
      if (type == MessageType.Backend.ERROR) {
        error = error.or(() -> Optional.of(ErrorFields.decode(body)));
      }
    }

    @Override
    public void ready(char status) {
      done = true;
      if (error.isEmpty()) {
        sink.finish();
      }
      progress();
    }

    @Override
    public void broken(SqlError why) {
      done = true;
      error = error.or(() -> Optional.of(ErrorFields.of(why, Severity.ERROR)));
      progress();
    }

    private void progress() {
      if (!done && sink.writable()) {
        backend.link().resume();
      }
      if (done && !sink.outstanding()) {
        end.complete(error.or(sink::error));
      }
    }
  }
}
