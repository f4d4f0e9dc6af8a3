package dev.drover.coordinator.exec;

import dev.drover.coordinator.copy.DataRowToCopy;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.LinkListener;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Combine.Finish;
import dev.drover.planner.plan.Plan.AllNodes;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The nodes' rows become a temporary relation on one PostgreSQL, where the rest of the statement
 * runs over them.
 *
 * <p>The worker's connection is not the client's transaction: PREPARE TRANSACTION refuses one that
 * has touched a temporary table. It always ends by ROLLBACK.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class GatherOperator implements Operator, NodeFan.Work {
  private static final String RELATION = "drover_rows";
  private static final int[] TEXT_FORMAT = {0};

  private final Call call;
  private final Finish finish;
  private final NodeTask task;
  private final NodeFan fan;
  private final DataRowToCopy toCopy = DataRowToCopy.text();
  private Backend worker;
  private Optional<ErrorFields> error = Optional.empty();
  private String tag = "";
  private boolean described;
  private boolean nodesBound;
  private boolean closed;

  GatherOperator(Call call, AllNodes plan, List<Integer> nodes, Finish finish) {
    this.call = call;
    this.finish = finish;
    Optional<int[]> formats = call.simple() ? Optional.empty() : Optional.of(TEXT_FORMAT);
    this.task = NodeTask.whole(call, nodes, plan.text(), formats);
    this.fan = new NodeFan(call, nodes, this);
  }

  @Override
  public void start() {
    call.openScope(true, task.nodes().size());
    call.services()
        .pool()
        .acquire(
            Node.CATALOG_ID,
            call.transaction().role(),
            new BackendPool.Request() {
              @Override
              public void acquired(Backend backend) {
                worker = backend;
                prepareWorker();
              }

              @Override
              public void refused(SqlError why) {
                error = Optional.of(ErrorFields.of(why, Severity.ERROR));
                end();
              }
            });
  }

  private void prepareWorker() {
    worker.applySettings(call.settings());
    StringBuilder create = new StringBuilder("CREATE TEMPORARY TABLE " + RELATION + " (");
    for (int i = 0; i < finish.columnTypes().size(); i++) {
      create.append(i == 0 ? "c" : ", c").append(i + 1).append(' ');
      create.append(finish.columnTypes().get(i));
    }
    worker.prepare("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", _ -> {});
    worker.query(create.append(") ON COMMIT DROP").toString(), new QuietReply(this::created));
    worker.query("COPY " + RELATION + " FROM STDIN", new LoadReply());
    worker.link().setListener(new Backpressure());
    worker.link().flush();
  }

  private void created(QuietReply reply) {
    if (error.isEmpty()) {
      error = reply.error();
    }
  }

  @Override
  public void send(int index, Participant participant, Reply reply) {
    task.send(index, participant, reply);
  }

  /** A node's error may follow: as in PostgreSQL, the columns are announced before it. */
  @Override
  public void message(int index, byte type, ByteBuf body) {
    if (type == MessageType.Backend.ROW_DESCRIPTION) {
      describe();
    }
  }

  private void describe() {
    if (!described && call.simple()) {
      described = true;
      call.output().simpleRowDescription(call.cached());
    }
  }

  @Override
  public Optional<NodeTask> reading() {
    return Optional.of(task);
  }

  @Override
  public void cancel() {
    fan.cancel();
  }

  /** The client is told when the last step is bound too. */
  @Override
  public void bound() {
    describe();
    nodesBound = true;
  }

  @Override
  public void rows(int index, ByteBuf run) {
    ByteBuf out = worker.link().out();
    int length = out.writerIndex() + 1;
    FrontendEncoder.copyDataHeader(out, 0);
    try {
      toCopy.convert(run, out);
    } finally {
      run.release();
    }
    out.setInt(length, out.writerIndex() - length);
    worker.link().flush();
    if (!worker.link().writable()) {
      fan.pauseAll();
    }
  }

  @Override
  public void finished(Optional<ErrorFields> fanError) {
    call.closeBareScope();
    if (fanError.isPresent()) {
      call.transaction().fail();
      if (nodesBound) {
        call.output().bound();
      }
      error = fanError;
      FrontendEncoder.copyFail(worker.link().out(), "the source failed");
    } else {
      FrontendEncoder.copyDone(worker.link().out());
    }
    worker.link().flush();
  }

  private void loaded() {
    if (error.isPresent()) {
      rollbackWorker();
      return;
    }
    Rendering rendering = new Rendering(call, List.of(), new int[0]);
    Reply reply = new PlacedReply(new FinalReply(), rendering, finish.text());
    if (call.simple()) {
      ServerCommand.query(worker, finish.text(), rendering, reply);
    } else {
      ServerCommand.Bound bound =
          new ServerCommand.Bound(finish.text(), 0, call.resultFormats(), 0, "");
      ServerCommand.execute(worker, call, bound, rendering, reply);
    }
    worker.link().flush();
  }

  private void rollbackWorker() {
    worker.query("ROLLBACK", new QuietReply(_ -> end()));
    worker.link().flush();
  }

  /** The worker may be in the midst of the rows: it is told to leave off. */
  @Override
  public void closeSuspended() {
    closed = true;
    worker.cancel();
    worker.link().resume();
  }

  private void end() {
    if (worker != null) {
      worker.link().setListener(LinkListener.NONE);
      call.services().pool().release(worker);
    }
    if (closed) {
      return;
    }
    if (error.isPresent()) {
      call.transaction().fail();
      call.closeBareScope();
      call.failed(error.get());
    } else {
      call.completed(tag);
    }
  }

  private void lost(SqlError why) {
    error = error.or(() -> Optional.of(ErrorFields.of(why, Severity.ERROR)));
    end();
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable && worker != null) {
      worker.link().resume();
    }
  }

  /** The nodes wait while the worker does not keep up. */
  private final class Backpressure implements LinkListener {
    @Override
    public void message(byte type, ByteBuf body) {}

    @Override
    public void writable(boolean writable) {
      if (writable) {
        fan.resumeAll();
      }
    }
  }

  /** COPY into the relation: the nodes start when it is ready to take rows. */
  private final class LoadReply implements Reply {
    @Override
    public void rows(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      if (type == MessageType.Backend.COPY_IN) {
        fan.start();
      } else if (type == MessageType.Backend.ERROR) {
        ErrorFields fields = ErrorFields.decode(body).without(ErrorFields.POSITION);
        error = error.or(() -> Optional.of(fields));
        fan.fail(fields);
      }
    }

    @Override
    public void ready(char status) {
      loaded();
    }

    @Override
    public void broken(SqlError why) {
      lost(why);
    }
  }

  /** The statement's last step; its rows are the client's. */
  private final class FinalReply implements Reply {
    @Override
    public void rows(ByteBuf run) {
      call.output().rows(run);
      if (!call.output().writable() || !call.output().wantsMore()) {
        worker.link().pause();
      }
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case MessageType.Backend.ROW_DESCRIPTION -> describe();
        case MessageType.Backend.BIND_COMPLETE -> call.output().bound();
        case MessageType.Backend.COPY_OUT -> {
          CopyResponse response = CopyResponse.decode(body);
          BackendEncoder.copyOutResponse(
              call.output().rowBuffer(), response.format(), response.columnFormats());
        }
        case MessageType.Backend.COPY_DONE -> BackendEncoder.copyDone(call.output().rowBuffer());
        case MessageType.Backend.COMMAND_COMPLETE ->
            tag =
                body.toString(body.readerIndex(), body.readableBytes() - 1, StandardCharsets.UTF_8);
        case MessageType.Backend.ERROR -> error = Optional.of(ErrorFields.decode(body));
        default -> {
          // Nothing that the client has not been told already.
        }
      }
    }

    @Override
    public void burstEnd() {
      call.output().flush();
    }

    @Override
    public void ready(char status) {
      rollbackWorker();
    }

    @Override
    public void broken(SqlError why) {
      lost(why);
    }
  }
}
