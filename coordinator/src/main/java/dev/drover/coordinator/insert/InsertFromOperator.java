package dev.drover.coordinator.insert;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.copy.ExactFloats;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.coordinator.transfer.CopyRows;
import dev.drover.coordinator.transfer.RowSink;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
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
 * belong: by COPY where that does the same, else as batches of {@code INSERT ... VALUES}.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class InsertFromOperator implements Operator, ResultOutput, Call.Listener {
  private final Call call;
  private final InsertFrom plan;
  private final ExactFloats floats;
  private final List<Participant> participants = new ArrayList<>();
  private final ByteBuf merged = Unpooled.buffer();
  private Optional<Operator> reader = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private Optional<RowSink> sink = Optional.empty();
  private boolean readerBound;
  private boolean readerDone;
  private boolean ended;

  public InsertFromOperator(Call call, InsertFrom plan) {
    this.call = call;
    this.plan = plan;
    this.floats = ExactFloats.ofTypes(plan.types());
  }

  @Override
  public void start() {
    call.openScope(false);
    List<Integer> nodes = plan.target().distribution().nodes();
    joinTargets(new ArrayList<>(isOnCatalog() ? List.of(Node.CATALOG_ID) : nodes));
  }

  /** A temporary table is where the session keeps its own connection. */
  private boolean isOnCatalog() {
    return plan.target().distribution() instanceof Distribution.CatalogNode;
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
                participants.add(participant);
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
    participants.forEach(p -> p.backend().link().flush());
    List<FieldDescription> columns = new ArrayList<>();
    plan.target().columns().forEach(c -> columns.add(FieldDescription.of(c, 0, -1)));
    StatementFacts facts = new StatementFacts(call.cached().facts().parameterTypes(), columns);
    CachedPlan step = new CachedPlan(call.view(), plan.reader(), facts, Map.of());
    try {
      sink = Optional.of(sink());
      Operator operator =
          Portions.reader(
              call.step(step, floats.formats(), this, this), plan.reader(), this::mayRead);
      reader = Optional.of(operator);
      operator.start();
    } catch (SqlError e) {
      failed(call, ErrorFields.of(e, Severity.ERROR));
    }
  }

  /** What runs is cancelled on the servers; one that has bound the query would not notice. */
  @Override
  public void cancel() {
    reader
        .filter(one -> !(one instanceof PortionReader portions) || portions.awaitsMoment())
        .ifPresent(Operator::cancel);
  }

  private RowSink sink() {
    RowSink.Insertion insertion = new RowSink.Insertion(plan.target(), floats, participants);
    return CopyRows.serves(plan.target())
        ? new CopyRows(call, insertion, this::progress, this::targetFailed)
        : new RowBatches(call, insertion, this::progress, this::targetFailed);
  }

  private boolean mayRead(int node) {
    return sink.orElseThrow().settle(node);
  }

  @Override
  public void simpleRowDescription(CachedPlan cached) {
    // The reader's columns are the table's.
  }

  /** Batches are bound by themselves; for COPY there is nothing more to find before it runs. */
  @Override
  public void bound() {
    readerBound = true;
    if (CopyRows.serves(plan.target())) {
      call.output().bound();
    }
  }

  @Override
  public void rows(ByteBuf run) {
    try {
      if (error.isEmpty()) {
        sink.orElseThrow().take(run);
      }
    } catch (SqlError e) {
      targetFailed(ErrorFields.of(e, Severity.ERROR));
    } finally {
      run.release();
    }
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
    return sink.orElseThrow().writable();
  }

  @Override
  public void flush() {
    if (merged.isReadable() && error.isEmpty()) {
      sink.orElseThrow().take(merged);
    }
    merged.clear();
  }

  @Override
  public void completed(Call done, String tag) {
    flush();
    readerDone = true;
    if (error.isEmpty()) {
      sink.orElseThrow().finish();
    }
    progress();
  }

  @Override
  public void failed(Call done, ErrorFields why) {
    readerDone = true;
    if (readerBound) {
      call.output().bound();
    }
    error = error.or(() -> Optional.of(why));
    sink.ifPresent(rows -> rows.abort(why));
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
    if (ended) {
      return;
    }
    if (!readerDone) {
      if (error.isPresent()) {
        reader.ifPresent(Operator::cancel);
      }
      if (error.isPresent() || writable()) {
        reader.ifPresent(r -> r.clientWritable(true));
      }
      return;
    }
    if (sink.map(RowSink::outstanding).orElse(false)) {
      return;
    }
    ended = true;
    if (error.isPresent()) {
      call.transaction().fail();
      call.failed(error.get());
    } else {
      call.completed("INSERT 0 " + sink.orElseThrow().rows());
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      sink.ifPresent(RowSink::clientWritable);
    }
  }

  @Override
  public void clientGone() {
    reader.ifPresent(Operator::clientGone);
    sink.ifPresent(RowSink::abandon);
  }
}
