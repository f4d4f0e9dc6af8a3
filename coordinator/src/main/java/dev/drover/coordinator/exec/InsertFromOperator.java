package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.Plan.InsertFrom;
import dev.drover.planner.plan.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code INSERT} whose rows are evaluated once before they are sent, as constants, to where they
 * belong: the reader's rows become batches of {@code INSERT ... VALUES}, one batch per node under
 * way.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class InsertFromOperator implements Operator, ResultOutput, Call.Listener {
  private final Call call;
  private final InsertFrom plan;
  private final RowBatches batches;
  private final ByteBuf merged = Unpooled.buffer();
  private Optional<Operator> reader = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private boolean readerDone;
  private boolean ended;

  InsertFromOperator(Call call, InsertFrom plan) {
    this.call = call;
    this.plan = plan;
    this.batches = new RowBatches(call, plan.target(), this::progress, this::targetFailed);
  }

  @Override
  public void start() {
    call.openScope(false);
    joinTargets(new ArrayList<>(plan.target().distribution().nodes()));
  }

  /** All nodes that may get rows take part from the start, so that nothing is half done. */
  private void joinTargets(List<Integer> nodes) {
    if (nodes.isEmpty()) {
      read();
      return;
    }
    call.transaction()
        .join(
            nodes.removeFirst(),
            new Transaction.Joining() {
              @Override
              public void joined(Participant participant) {
                batches.add(participant);
                joinTargets(nodes);
              }

              @Override
              public void refused(SqlError why) {
                call.transaction().fail();
                call.failed(why);
              }
            });
  }

  private void read() {
    batches.flushJoined();
    List<FieldDescription> columns = new ArrayList<>();
    plan.target().columns().forEach(c -> columns.add(FieldDescription.of(c, 0, -1)));
    StatementFacts facts = new StatementFacts(call.cached().facts().parameterTypes(), columns);
    CachedPlan step = new CachedPlan(call.view(), plan.reader(), facts, Map.of());
    try {
      Operator operator = Operators.of(call.step(step, this, this));
      reader = Optional.of(operator);
      operator.start();
    } catch (SqlError e) {
      failed(call, ErrorFields.of(e, Severity.ERROR));
    }
  }

  @Override
  public void simpleRowDescription(CachedPlan cached) {
    // The reader's columns are the table's.
  }

  @Override
  public void rows(ByteBuf run) {
    try {
      if (error.isEmpty()) {
        batches.take(run);
      }
    } catch (SqlError e) {
      targetFailed(ErrorFields.of(e, Severity.ERROR));
    } finally {
      run.release();
    }
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
    return batches.writable();
  }

  @Override
  public void flush() {
    if (merged.isReadable() && error.isEmpty()) {
      batches.take(merged);
    }
    merged.clear();
  }

  @Override
  public void completed(Call done, String tag) {
    flush();
    readerDone = true;
    if (error.isEmpty()) {
      batches.finish();
    }
    progress();
  }

  @Override
  public void failed(Call done, ErrorFields why) {
    readerDone = true;
    error = error.or(() -> Optional.of(why));
    progress();
  }

  @Override
  public void suspended(Call done) {
    throw new IllegalStateException("a reader has no row limit");
  }

  private void targetFailed(ErrorFields why) {
    error = error.or(() -> Optional.of(why));
    progress();
  }

  /** Something was answered: go on reading, or end when nothing is left. */
  private void progress() {
    if (!readerDone) {
      if (batches.writable() || error.isPresent()) {
        reader.ifPresent(r -> r.clientWritable(true));
      }
      return;
    }
    if (batches.outstanding() || ended) {
      return;
    }
    ended = true;
    if (error.isPresent()) {
      call.transaction().fail();
      call.failed(error.get());
    } else {
      call.completed("INSERT 0 " + batches.rows());
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      batches.clientWritable();
    }
  }
}
