package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.CopyFormat;
import dev.drover.coordinator.copy.CopyOutcome;
import dev.drover.coordinator.copy.CopyPlan;
import dev.drover.coordinator.copy.CopyRouter;
import dev.drover.coordinator.copy.LineMap;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.KeyColumn;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A stream of rows on its way to the nodes, from its first byte to the last node's answer.
 *
 * <p>Whoever has the bytes feeds them while {@link #wantsMore}, and is told when it may go on and
 * how it ended. The first error ends it: every open COPY is broken off, and when no connection owes
 * an answer the listener is told once.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CopyStream implements CopyNodes.Listener {
  /** Whoever has the bytes. */
  interface Listener {
    /** It may feed again. */
    void more();

    /** Something has changed at the nodes. */
    default void moved() {}

    /** All rows are on the nodes. */
    void completed(long rows);

    /** It has failed, and no connection owes an answer. */
    void failed(ErrorFields error);
  }

  /**
   * What is streamed.
   *
   * @param key the columns of the distribution key
   * @param defaults draws the filled columns; empty when there are none
   */
  record Work(
      CopyNodes.Text text, CopyPlan plan, List<KeyColumn> key, Optional<CopyDefaults> defaults) {
    boolean binary() {
      return plan.shape().options().format() == CopyFormat.BINARY;
    }
  }

  private final Call call;
  private final Work work;
  private final Listener listener;
  private final CopyNodes nodes;
  private final CopyRouter router;
  private Optional<ErrorFields> error = Optional.empty();
  private boolean asking;
  private boolean waiting;
  private boolean drained;
  private boolean ended;

  /** All nodes that may get rows take part already. */
  CopyStream(Call call, Work work, List<Participant> participants, Listener listener) {
    this.call = call;
    this.work = work;
    this.listener = listener;
    this.nodes = new CopyNodes(call, work.text(), participants, this::lines, this);
    this.router = CopyRouter.of(work.plan(), nodes, PooledByteBufAllocator.DEFAULT);
  }

  private LineMap lines() {
    return router.lineMap();
  }

  boolean wantsMore() {
    return error.isEmpty() && !ended && router.wantsMore();
  }

  /** The caller keeps the buffer. */
  void feed(ByteBuf payload) {
    step(() -> router.feed(payload));
    waiting = !wantsMore();
  }

  /** Ends what is open at a node; false when it cannot yet. */
  boolean settle(int node) {
    if (ended || error.isPresent()) {
      return true;
    }
    boolean settled = router.settle(node);
    nodes.flush();
    return settled;
  }

  /** There are no more rows. */
  void complete() {
    step(router::complete);
  }

  /** Ends it with this error, unless it has failed already. */
  void fail(ErrorFields why) {
    if (ended || error.isPresent()) {
      return;
    }
    error = Optional.of(why);
    router.close();
    nodes.abort();
    settle();
  }

  /** With the client's line as context, if the rows are a client's. */
  ErrorFields withLine(ErrorFields fields) {
    long line = Math.max(1, router.line());
    return work.text()
        .shownTable()
        .map(table -> fields.with(ErrorFields.WHERE, "COPY " + table + ", line " + line))
        .orElse(fields);
  }

  /** The session is gone; its connections are closed by others. */
  void abandon() {
    if (!ended) {
      ended = true;
      nodes.release();
      router.close();
    }
  }

  @Override
  public void acknowledged(int node) {
    step(() -> router.acknowledged(node));
  }

  @Override
  public void writable() {
    step(router::pump);
  }

  @Override
  public void failed(ErrorFields why) {
    fail(why);
  }

  @Override
  public void answered() {
    settle();
  }

  private void step(Supplier<CopyOutcome> next) {
    if (ended || error.isPresent()) {
      return;
    }
    try {
      wait(next.get());
    } catch (SqlError e) {
      fail(withLine(ErrorFields.of(e, Severity.ERROR)));
      return;
    }
    nodes.flush();
    settle();
    if (!ended) {
      listener.moved();
    }
  }

  private void wait(CopyOutcome outcome) {
    switch (outcome) {
      case CopyOutcome.More _ -> {
        if (waiting) {
          waiting = false;
          listener.more();
        }
      }
      case CopyOutcome.Blocked _ -> {
        // Until a node takes more, or acknowledges a COPY.
      }
      case CopyOutcome.NeedDefaults(int rows) -> {
        if (!asking) {
          asking = true;
          work.defaults().orElseThrow().draw(rows, new Drawn());
        }
      }
      case CopyOutcome.NeedValues(List<CopyOutcome.NeedValues.Row> rows) -> {
        if (!asking) {
          asking = true;
          new CopyKeys(call, work.key(), work.binary(), rows, new Read()).ask();
        }
      }
      case CopyOutcome.Drained _ -> drained = true;
    }
  }

  /** Ends it when nothing is owed any more. */
  private void settle() {
    if (ended || asking || nodes.outstanding()) {
      return;
    }
    if (error.isPresent()) {
      end();
      listener.failed(error.get());
    } else if (drained) {
      end();
      complete(nodes::rows);
    }
  }

  private void complete(Supplier<Long> rows) {
    try {
      nodes.skippedRows().ifPresent(call.output()::notice);
      listener.completed(rows.get());
    } catch (SqlError diverged) {
      listener.failed(ErrorFields.of(diverged, Severity.ERROR));
    }
  }

  private void end() {
    ended = true;
    nodes.release();
    router.close();
  }

  /** The answer about defaults. */
  private final class Drawn implements CopyDefaults.Listener {
    @Override
    public void drawn(List<List<Optional<byte[]>>> rows) {
      asking = false;
      step(() -> router.defaults(rows));
      settle();
    }

    @Override
    public void failed(ErrorFields why) {
      asking = false;
      fail(withLine(why));
      settle();
    }
  }

  /** The answer about keys. */
  private final class Read implements CopyKeys.Listener {
    @Override
    public void read(List<List<Optional<byte[]>>> keys) {
      asking = false;
      step(() -> router.values(keys));
      settle();
    }

    @Override
    public void failed(ErrorFields why) {
      asking = false;
      fail(withLine(why));
      settle();
    }
  }
}
