package dev.drover.coordinator.change;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.copy.ExactFloats;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.insert.RowBatches;
import dev.drover.coordinator.transfer.RowSink;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.planner.plan.ChangedTable;
import dev.drover.planner.plan.StatementFacts;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows that a change has added to a table, or has moved to where they belong now: they are inserted
 * as constants.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class AddedRows implements ChangeSink {
  private final RowBatches batches;
  private final ChangePlaces places;
  private final int firstValue;
  private Optional<ErrorFields> error = Optional.empty();
  private Runnable progress = () -> {};

  /** {@code moved} when the rows are those that were changed, with their former places. */
  AddedRows(Call call, ChangedTable table, Collection<Participant> participants, boolean moved) {
    StatementFacts silent = new StatementFacts(List.of(), List.of());
    CachedPlan step = new CachedPlan(call.view(), call.cached().plan(), silent, Map.of());
    this.batches =
        new RowBatches(
            call.quiet(step),
            new RowSink.Insertion(table.target(), ExactFloats.NONE, List.copyOf(participants)),
            () -> progress.run(),
            this::failed);
    this.places = new ChangePlaces(table);
    this.firstValue = moved ? 1 + table.identity().size() : 0;
  }

  private void failed(ErrorFields why) {
    error = error.or(() -> Optional.of(why));
    progress.run();
  }

  @Override
  public void whenProgress(Runnable told) {
    progress = told;
  }

  @Override
  public void take(ByteBuf run) {
    while (run.isReadable() && error.isEmpty()) {
      List<byte[]> row = BackendDecoder.nextDataRow(run);
      List<byte[]> values = row.subList(firstValue, row.size());
      if (firstValue == 0
          || places.hasMoved(new String(row.getFirst(), StandardCharsets.UTF_8), values)) {
        batches.add(values);
      }
    }
    run.skipBytes(run.readableBytes());
  }

  @Override
  public boolean writable() {
    return batches.writable();
  }

  @Override
  public void finish() {
    batches.finish();
  }

  @Override
  public boolean outstanding() {
    return batches.outstanding();
  }

  @Override
  public Optional<ErrorFields> error() {
    return error;
  }
}
