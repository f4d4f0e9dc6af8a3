package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.CopyConfig;
import dev.drover.coordinator.copy.CopyOptions;
import dev.drover.coordinator.copy.CopyPlan;
import dev.drover.coordinator.copy.CopyStatement;
import dev.drover.coordinator.copy.CopyTarget;
import dev.drover.coordinator.copy.DataRowToCopy;
import dev.drover.coordinator.exec.Call;
import dev.drover.pgwire.ErrorFields;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.plan.Plan.InsertTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The rows of a reader as a stream of COPY: for INSERT without ON CONFLICT or RETURNING.
 *
 * <p>What comes while the stream takes nothing is held: no more than the reader has under way.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CopyRows implements RowSink, CopyStream.Listener {
  private final CopyStream stream;
  private final Runnable progress;
  private final Consumer<ErrorFields> failed;
  private final DataRowToCopy toCopy;
  private final Deque<ByteBuf> held = new ArrayDeque<>();
  private boolean finishing;
  private boolean ended;
  private long rows;

  public CopyRows(Call call, Insertion insertion, Runnable progress, Consumer<ErrorFields> failed) {
    this.toCopy = DataRowToCopy.text(insertion.floats());
    this.progress = progress;
    this.failed = failed;
    this.stream = new CopyStream(call, work(insertion.target()), insertion.participants(), this);
  }

  /**
   * COPY would differ from INSERT where rules, triggers of statements or policies apply, and has no
   * say in what becomes of values for identity columns. Rows for a temporary table have no leaves.
   */
  public static boolean serves(InsertTarget target) {
    return target.tail().pieces().isEmpty()
        && target.overriding().isEmpty()
        && target.leaves()
        && !(target.distribution() instanceof Distribution.CatalogNode);
  }

  private static CopyStream.Work work(InsertTarget target) {
    List<Integer> noneFilled = Collections.nCopies(target.key().size(), -1);
    CopyOptions options = CopyOptions.of(List.of());
    CopyPlan plan =
        CopyPlan.of(
            CopyTarget.of(target, noneFilled, target.leaves()),
            options,
            target.columns(),
            false,
            CopyConfig.DEFAULT);
    CopyStatement statement = new CopyStatement(target.columns(), "", "");
    CopyNodes.Text text =
        new CopyNodes.Text(statement, target, Optional.empty(), new FilledPrefix(0, options));
    return new CopyStream.Work(text, plan, target.key(), Optional.empty());
  }

  @Override
  public void take(ByteBuf run) {
    if (ended) {
      return;
    }
    ByteBuf lines = PooledByteBufAllocator.DEFAULT.buffer(run.readableBytes());
    toCopy.convert(run, lines);
    held.add(lines);
    feed();
  }

  private void feed() {
    while (!held.isEmpty() && stream.wantsMore()) {
      ByteBuf lines = held.remove();
      try {
        stream.feed(lines);
      } finally {
        lines.release();
      }
    }
    if (finishing && held.isEmpty() && stream.wantsMore()) {
      finishing = false;
      stream.complete();
    }
  }

  @Override
  public boolean writable() {
    return held.isEmpty() && stream.wantsMore();
  }

  @Override
  public boolean settle(int node) {
    return stream.settle(node);
  }

  @Override
  public void finish() {
    finishing = true;
    feed();
  }

  @Override
  public void abort(ErrorFields why) {
    stream.fail(why);
  }

  @Override
  public boolean outstanding() {
    return !ended;
  }

  @Override
  public void clientWritable() {
    // Nothing of it goes to the client.
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public void abandon() {
    stream.abandon();
    end();
  }

  @Override
  public void more() {
    feed();
    progress.run();
  }

  @Override
  public void moved() {
    progress.run();
  }

  @Override
  public void completed(long inserted) {
    rows = inserted;
    end();
    progress.run();
  }

  @Override
  public void failed(ErrorFields error) {
    end();
    failed.accept(error);
  }

  private void end() {
    ended = true;
    held.forEach(ByteBuf::release);
    held.clear();
  }
}
