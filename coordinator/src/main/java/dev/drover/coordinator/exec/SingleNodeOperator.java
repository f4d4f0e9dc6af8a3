package dev.drover.coordinator.exec;

import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.netty.BackendLink;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The hot path: a text that one server answers. Rows pass through as they came; control messages
 * are looked at, and what differs between servers is replaced.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class SingleNodeOperator implements Operator, Reply, Transaction.Joining {
  /** Slots fit in this many bits of the key of a server's statement. */
  private static final int SLOT_BITS = 16;

  private static final String CHANGED_RESULT = "cached plan must not change result type";

  /**
   * What to run where.
   *
   * @param pins for the leaf names in the text, with their {@code slots}
   * @param pinsConnection the session keeps the connection afterwards
   * @param literalTypes when literals may be parameters: see {@link
   *     dev.drover.planner.plan.Plan.OneNode}
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Task(
      int node,
      SqlText sql,
      List<Pin> pins,
      int[] slots,
      boolean writes,
      boolean pinsConnection,
      List<Integer> literalTypes) {
    /** Literals stay what they are. */
    public Task(int node, SqlText sql, List<Pin> pins, int[] slots, boolean writes, boolean keeps) {
      this(node, sql, pins, slots, writes, keeps, List.of());
    }
  }

  private final Call call;
  private final Task task;
  private final Rendering whole;
  private Rendering rendering;
  private Participant participant;
  private String tag = "";
  private ErrorFields error;
  private long key;
  private boolean preparing;
  private boolean rowsSent;
  private boolean suspended;
  private boolean endedBare;
  private boolean retried;

  public SingleNodeOperator(Call call, Task task) {
    this.call = call;
    this.task = task;
    this.whole = new Rendering(call, task.pins(), task.slots());
    this.rendering = whole;
  }

  @Override
  public void start() {
    call.openScope(!(call.cached().plan() instanceof Plan.AnyNode any && any.writes()));
    call.transaction().join(task.node(), this);
  }

  @Override
  public void joined(Participant joined) {
    participant = joined;
    call.ranOn(task);
    if (task.pinsConnection()) {
      call.transaction().pinCatalog();
    }
    if (task.writes()) {
      participant.markWrote();
      call.transaction().sendWrite(this::send);
    } else {
      send();
    }
  }

  @Override
  public void refused(SqlError why) {
    fail(ErrorFields.of(why, Severity.ERROR));
  }

  private void send() {
    dev.drover.coordinator.pool.Backend backend = participant.backend();
    key = call.simple() ? literalsKey(backend) : statementKey();
    if (asksSimply() && key == 0) {
      ServerCommand.query(backend, task.sql(), rendering, this);
    } else {
      rendering =
          key == 0
              ? whole
              : whole.kept(task.sql(), call.simple() ? task.literalTypes() : List.of());
      ServerCommand.Bound bound =
          new ServerCommand.Bound(
              task.sql(), key, call.resultFormats(), call.request().maxRows(), call.serverPortal());
      preparing = backend.statements().nameOf(key).isEmpty();
      ServerCommand.execute(backend, call, bound, rendering, this);
    }
    backend.link().flush();
  }

  /** What a simple query is answered by is text. */
  private boolean asksSimply() {
    return call.simple()
        && call.resultFormats().stream().flatMapToInt(IntStream::of).allMatch(f -> f == 0);
  }

  private long statementKey() {
    long statement = call.request().statementKey();
    if (statement == 0 || task.slots().length > 1) {
      return 0;
    }
    int slot = task.slots().length == 1 ? task.slots()[0] + 1 : 0;
    return (statement << SLOT_BITS) | slot;
  }

  /**
   * For a text of the simple protocol that comes again with other literals, which may be
   * parameters; else 0. The plan stands for all that its names and operators depend on.
   */
  private long literalsKey(dev.drover.coordinator.pool.Backend backend) {
    boolean possible =
        task.slots().length == 1
            && task.literalTypes().size() == call.text().literalCount()
            && !task.literalTypes().isEmpty()
            && !call.request().internal()
            && call.text().literalsAreDecimal();
    if (!possible) {
      return 0;
    }
    long shape = (call.cached().id() << (SLOT_BITS + 1)) | (task.slots()[0] + 1);
    return backend.statements().comesAgain(shape) ? shape : 0;
  }

  @Override
  public void resume(int maxRows) {
    suspended = false;
    BackendLink link = participant.backend().link();
    FrontendEncoder.execute(link.out(), call.serverPortal(), maxRows);
    FrontendEncoder.sync(link.out());
    link.expect(this);
    link.flush();
  }

  @Override
  public boolean rests() {
    return true;
  }

  /** A bare statement's portal has ended with its Sync. */
  @Override
  public void closeSuspended() {
    if (suspended && !endedBare) {
      BackendLink link = participant.backend().link();
      FrontendEncoder.closePortal(link.out(), call.serverPortal());
      FrontendEncoder.sync(link.out());
      link.expect(new QuietReply());
      link.flush();
    }
  }

  /** Rows are counted where there is a limit. */
  @Override
  public boolean wholeFrames() {
    return call.output().encoded() || call.output().wholeFrames();
  }

  @Override
  public void rows(ByteBuf run) {
    rowsSent = true;
    call.output().rows(run);
    if (!call.output().writable()) {
      participant.backend().link().pause();
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (participant != null && writable) {
      participant.backend().link().resume();
    }
  }

  @Override
  public void message(byte type, ByteBuf body) {
    switch (type) {
      case Backend.ROW_DESCRIPTION -> rowDescription(body);
      case Backend.COMMAND_COMPLETE -> tag = CommandTag.text(body);
      case Backend.ERROR -> error = rendering.placed(task.sql(), ErrorFields.decode(body));
      case Backend.NOTICE ->
          call.output()
              .notice(
                  StatementError.notice(
                      call, rendering.placed(task.sql(), ErrorFields.decode(body)), task.node()));
      case Backend.BIND_COMPLETE -> bound();
      case Backend.PORTAL_SUSPENDED -> suspended = true;
      default -> {
        // Nothing that the client has not been told already.
      }
    }
  }

  /** A server describes a statement of the simple protocol only when it prepares it. */
  private void bound() {
    if (!call.simple()) {
      call.output().bound();
    } else if (!preparing && call.cached().returnsRows()) {
      call.output().simpleRowDescription(call.cached());
    }
  }

  private void rowDescription(ByteBuf body) {
    int columns = body.getShort(body.readerIndex());
    boolean changed = columns != call.cached().facts().columns().size();
    if (changed && !call.request().internal()) {
      error = ErrorFields.of(TableChanges.whileWaiting(), Severity.ERROR);
      return;
    }
    call.output().simpleRowDescription(call.cached());
  }

  @Override
  public void burstEnd() {
    call.output().flush();
  }

  @Override
  public void ready(char status) {
    if (error != null) {
      failedOnServer();
    } else if (suspended) {
      endedBare = call.transaction().scope() == Transaction.Scope.BARE;
      call.closeBareScope();
      call.suspended();
    } else {
      call.closeBareScope();
      call.completed(tag);
    }
  }

  private void failedOnServer() {
    if (statementIsOld()) {
      retried = true;
      error = null;
      participant.backend().statements().remove(key);
      send();
      return;
    }
    if (call.simple() && error.message().equals(CHANGED_RESULT)) {
      error = ErrorFields.of(TableChanges.whileWaiting(), Severity.ERROR);
    }
    ErrorFields shown = StatementError.of(call, error, task.node());
    if (tag.isEmpty()) {
      fail(shown);
      return;
    }
    call.closeBareScope();
    call.failedAtCommit(tag, shown);
  }

  /** The server's prepared statement no longer serves: nothing has happened, so prepare it anew. */
  private boolean statementIsOld() {
    boolean old =
        error.sqlState().equals(SqlState.INVALID_SQL_STATEMENT_NAME.code())
            || error.message().equals(CHANGED_RESULT);
    return old
        && key != 0
        && !retried
        && !rowsSent
        && call.transaction().scope() == Transaction.Scope.BARE;
  }

  @Override
  public void broken(SqlError why) {
    SqlError shown = gatedWrite() ? outcomeUnknown() : why;
    fail(ErrorFields.of(shown, Severity.ERROR));
  }

  private boolean gatedWrite() {
    return task.writes() && call.transaction().scope() == Transaction.Scope.BARE;
  }

  private static SqlError outcomeUnknown() {
    return SqlError.of(SqlState.TRANSACTION_RESOLUTION_UNKNOWN, "the connection to a node was lost")
        .withDetail("Whether the statement took effect is not known.");
  }

  private void fail(ErrorFields shown) {
    call.transaction().fail();
    call.closeBareScope();
    call.failed(shown);
  }
}
