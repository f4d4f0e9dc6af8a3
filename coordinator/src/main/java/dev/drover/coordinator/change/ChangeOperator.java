package dev.drover.coordinator.change;

import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.ExactSettings;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.fragments.GatherLimit;
import dev.drover.coordinator.fragments.JointReads;
import dev.drover.coordinator.fragments.RowForm;
import dev.drover.coordinator.fragments.TemporaryRelation;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.plan.ChangedTable;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A change of rows that is computed on the catalog node and carried out on the nodes: plain
 * sequential steps on a virtual thread.
 *
 * <pre>
 * worker:  temporary relations in the shape of the tables
 * nodes:   candidates are locked, and loaded into them; what else is read is loaded
 * worker:  the client's statement; its rows are the client's
 * nodes:   what is gone is deleted, what was changed is updated, what was added is inserted
 * worker:  ROLLBACK
 * </pre>
 *
 * <p>A row whose key belongs to another slot now is deleted and inserted. All deletions come before
 * all insertions, so that no unique index meets both.
 *
 * <p>Threads: its own virtual thread; connections are used on the session's event loop.
 */
public final class ChangeOperator implements Operator {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeOperator.class);

  private final Call call;
  private final Plan.Change plan;
  private final BlockingTransaction blocking;
  private final Map<Integer, Participant> participants = new LinkedHashMap<>();
  private final GatherLimit limit;
  private Optional<ChangeWorker> worker = Optional.empty();
  private Optional<JointReads> reads = Optional.empty();
  private volatile boolean reached;

  public ChangeOperator(Call call, Plan.Change plan) {
    this.call = call;
    this.plan = plan;
    this.blocking = new BlockingTransaction(call.transaction());
    this.limit = GatherLimit.of(call);
  }

  @Override
  public void start() {
    call.openScope(false);
    call.services().ddl().blocking().execute(this::run);
  }

  private void run() {
    try {
      checkWritable();
      joinNodes();
      lockWhole();
      Optional<ExactSettings> exact = exactSettings();
      ChangeWorker opened = ChangeWorker.open(call, plan, blocking);
      blocking.onLoop(() -> worker = Optional.of(opened));
      String tag;
      try {
        tag = change(opened);
      } finally {
        opened.close();
      }
      exact.ifPresent(ExactSettings::restore);
      blocking.onLoop(() -> call.completed(tag));
    } catch (ServerError e) {
      fail(e.fields());
    } catch (SqlError e) {
      fail(ErrorFields.of(e, Severity.ERROR));
    } catch (RuntimeException e) {
      LOG.error("event=change_failed", e);
      fail(
          ErrorFields.of(
              SqlError.of(SqlState.INTERNAL_ERROR, "internal error: " + e), Severity.ERROR));
    }
  }

  /** Temporary relations could be changed all the same. */
  private void checkWritable() {
    if (call.transaction().view().modes().readOnly().orElse(false)) {
      throw SqlError.of(
          SqlState.READ_ONLY_SQL_TRANSACTION,
          "cannot execute " + plan.verb() + " in a read-only transaction");
    }
  }

  /** All nodes that may be changed take part from the start, so that nothing is half done. */
  private void joinNodes() {
    TreeSet<Integer> nodes = new TreeSet<>();
    plan.tables().forEach(t -> nodes.addAll(t.target().distribution().nodes()));
    for (int node : nodes) {
      Participant participant = blocking.join(node);
      participants.put(node, participant);
      blocking.onLoop(() -> participant.backend().link().flush());
    }
  }

  /** Where values are compared or travel as texts, these have to tell them apart. */
  private Optional<ExactSettings> exactSettings() {
    boolean byText =
        plan.tables().stream().anyMatch(t -> t.whole().isPresent())
            || loaded().stream().anyMatch(exchange -> !RowForm.of(exchange).binary());
    return byText && !participants.isEmpty()
        ? Optional.of(ExactSettings.on(blocking, List.copyOf(participants.values())))
        : Optional.empty();
  }

  private List<Exchange> loaded() {
    List<Exchange> all = new ArrayList<>();
    plan.tables().forEach(table -> all.addAll(table.candidates()));
    all.addAll(plan.reads());
    return all;
  }

  /** Where equal rows stand for each other, nobody else may change them meanwhile. */
  private void lockWhole() {
    for (ChangedTable table : plan.tables()) {
      if (table.whole().isPresent()
          && table.target().distribution() instanceof Distribution.Replicated replicated) {
        blocking.query(
            participants.get(replicated.primary()),
            "LOCK TABLE " + table.table() + " IN SHARE ROW EXCLUSIVE MODE");
      }
    }
  }

  private String change(ChangeWorker on) {
    plan.tables().forEach(table -> create(table, on));
    plan.reads().forEach(read -> on.query(TemporaryRelation.create(read)));
    load(on);
    for (ChangedTable table : plan.tables()) {
      if (!table.identity().isEmpty()) {
        on.query(ChangeTexts.keepBefore(table));
      }
    }
    reached = true;
    String tag = on.run(plan.statement());
    for (ChangedTable table : plan.tables()) {
      apply(on, table);
    }
    return tag;
  }

  private void create(ChangedTable table, ChangeWorker on) {
    Optional<OwnTables> own =
        call.view().shared() ? Optional.empty() : Optional.of(new OwnTables(blocking));
    for (SqlText statement : table.create()) {
      String sql = rendered(statement);
      own.map(o -> o.spelledOut(table, sql)).orElseGet(() -> List.of(sql)).forEach(on::query);
    }
  }

  /** All as of one moment; the rows that are locked are the newest, as on one server. */
  private void load(ChangeWorker on) {
    List<Exchange> all = loaded();
    try {
      JointReads bound =
          blocking.<JointReads>await(
              future -> reads = Optional.of(JointReads.start(call, all, limit, future)));
      all.forEach(exchange -> on.load(exchange, bound));
    } finally {
      blocking.<Boolean>await(this::leave);
    }
  }

  private void leave(CompletableFuture<Boolean> left) {
    reads.ifPresentOrElse(r -> r.close(left), () -> left.complete(true));
  }

  private String rendered(SqlText text) {
    return blocking.await(
        future -> future.complete(new Rendering(call, List.of(), new int[0]).string(text)));
  }

  private void apply(ChangeWorker on, ChangedTable table) {
    boolean changes = !table.assigned().isEmpty();
    if (table.kinds().deletes()) {
      on.read(ChangeTexts.gone(table), batches(table, ChangeBatches.Kind.DELETE));
    }
    if (changes && table.kinds().moves()) {
      on.read(ChangeTexts.changed(table), batches(table, ChangeBatches.Kind.LEAVE));
    }
    if (changes) {
      on.read(ChangeTexts.changed(table), batches(table, ChangeBatches.Kind.UPDATE));
    }
    if (changes && table.kinds().moves()) {
      on.read(ChangeTexts.changed(table), new AddedRows(call, table, participants.values(), true));
    }
    if (table.kinds().inserts()) {
      on.read(ChangeTexts.added(table), new AddedRows(call, table, participants.values(), false));
    }
  }

  private ChangeBatches batches(ChangedTable table, ChangeBatches.Kind kind) {
    return new ChangeBatches(call, table, participants, kind);
  }

  /** What fails before the statement is reached is no matter of binding it. */
  private void fail(ErrorFields error) {
    blocking.onLoop(
        () -> {
          if (!reached) {
            call.output().bound();
          }
          call.transaction().fail();
          call.failed(worker.map(w -> w.named(error)).orElse(error));
        });
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      worker.ifPresent(w -> w.backend().link().resume());
    }
  }

  @Override
  public void cancel() {
    worker.ifPresent(ChangeWorker::cancel);
    reads.ifPresent(JointReads::cancel);
  }

  @Override
  public void clientGone() {
    cancel();
  }
}
