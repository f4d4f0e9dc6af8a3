package dev.drover.coordinator.output;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The output of a portal that is executed with a row limit: passes as many rows as the limit allows
 * and keeps what comes beyond it for the next Execute.
 *
 * <p>An operator does not run ahead, since nothing more is wanted once the limit is reached. A
 * materializing output lets it run to its end, as PostgreSQL does with statements that are not
 * plain queries.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class PortalOutput implements ResultOutput {
  /** More is not kept for later. */
  private static final int MAX_KEPT_BYTES = 64 * 1024 * 1024;

  private final ResultOutput client;
  private final boolean materializes;
  private final Runnable limitReached;
  private final ByteBuf merged = Unpooled.buffer();
  private final Deque<ByteBuf> kept = new ArrayDeque<>();
  private int keptBytes;
  private long left;
  private long passed;
  private boolean closed;

  /** {@code limitReached} is told whenever the limit of an Execute is. */
  public PortalOutput(ResultOutput client, boolean materializes, Runnable limitReached) {
    this.client = requireNonNull(client);
    this.limitReached = requireNonNull(limitReached);
    this.materializes = materializes;
  }

  /** Another Execute; {@code maxRows} 0 for all that is left. Passes what was kept. */
  public void allow(int maxRows) {
    left = maxRows == 0 ? Long.MAX_VALUE : maxRows;
    passed = 0;
    while (left > 0 && !kept.isEmpty()) {
      ByteBuf run = kept.poll();
      keptBytes -= run.readableBytes();
      if (pass(run)) {
        keptBytes += run.readableBytes();
        kept.addFirst(run);
      }
    }
  }

  /** No further row can leave in this Execute. */
  public boolean limitReached() {
    takeMerged();
    return left == 0;
  }

  /** How many rows this Execute has had. */
  public long passed() {
    return passed;
  }

  /** What is kept, and what still comes, is of no use any more. */
  public void close() {
    closed = true;
    kept.forEach(ByteBuf::release);
    kept.clear();
    merged.clear();
  }

  @Override
  public void rows(ByteBuf run) {
    takeMerged();
    take(run);
  }

  private void take(ByteBuf run) {
    if (closed) {
      run.release();
    } else if (pass(run)) {
      keep(run);
    }
  }

  /** Passes whole rows up to the limit; true when some of the run is left to the caller. */
  private boolean pass(ByteBuf run) {
    if (left == 0) {
      return true;
    }
    int end = run.readerIndex();
    while (left > 0 && end < run.writerIndex()) {
      end += 1 + run.getInt(end + 1);
      left--;
      passed++;
    }
    boolean whole = end == run.writerIndex();
    client.rows(whole ? run : run.readRetainedSlice(end - run.readerIndex()));
    if (left == 0) {
      limitReached.run();
    }
    return !whole;
  }

  private void keep(ByteBuf run) {
    keptBytes += run.readableBytes();
    kept.add(run);
    if (keptBytes > MAX_KEPT_BYTES) {
      throw SqlError.of(
              SqlState.PROGRAM_LIMIT_EXCEEDED, "the result of a portal does not fit into memory")
          .withHint("Execute it without a row limit.");
    }
  }

  private void takeMerged() {
    if (!merged.isReadable()) {
      return;
    }
    ByteBuf run = merged.copy();
    merged.clear();
    take(run);
  }

  @Override
  public ByteBuf rowBuffer() {
    return merged;
  }

  @Override
  public boolean writable() {
    return closed || client.writable();
  }

  @Override
  public boolean wantsMore() {
    return closed || materializes || !limitReached();
  }

  @Override
  public void simpleRowDescription(CachedPlan cached) {
    client.simpleRowDescription(cached);
  }

  @Override
  public void notice(ErrorFields fields) {
    client.notice(fields);
  }

  @Override
  public void bound() {
    client.bound();
  }

  /** Rows are counted. */
  @Override
  public boolean wholeFrames() {
    return true;
  }

  @Override
  public boolean encoded() {
    return client.encoded();
  }

  @Override
  public Optional<SqlError> failure() {
    takeMerged();
    return client.failure();
  }

  @Override
  public void flush() {
    takeMerged();
    client.flush();
  }
}
