package dev.drover.coordinator.cursor;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.nodes.ReplicatedWriteOperator;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.RowCopies;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * UPDATE or DELETE WHERE CURRENT OF, where the row is not only where the cursor is: finds the row
 * and locks it, then lets the statement run with a condition that names it.
 *
 * <p>As in PostgreSQL, a row that was changed since the cursor has seen it is changed in its newest
 * version, and one that was deleted is not there.
 *
 * <p>Threads: its own virtual thread; connections are used on the session's event loop.
 */
public final class RowChange implements Operator {
  private static final Logger LOG = LoggerFactory.getLogger(RowChange.class);

  /** Another transaction may have committed a newer version just before the row was locked. */
  private static final int MAX_LOCK_TRIES = 5;

  private static final String NO_ROW = "false";

  /** A row and the condition that it meets alone. */
  private record Found(int node, String leaf, String condition) {}

  /** Makes the operator that changes the row at a node, in this leaf. */
  public interface AtNode {
    Operator of(int node, String leaf, String condition);
  }

  /** Finds the row, and makes what changes it. */
  private interface Finding {
    Operator by(RowChange change);
  }

  private final Call call;
  private final Plan.AtCursor plan;
  private final Finding finding;
  private final Consumer<Operator> then;
  private final BlockingTransaction blocking;
  private Optional<Backend> asked = Optional.empty();

  private RowChange(Call call, Plan.AtCursor plan, Finding finding, Consumer<Operator> then) {
    this.call = requireNonNull(call);
    this.plan = requireNonNull(plan);
    this.finding = requireNonNull(finding);
    this.then = requireNonNull(then);
    this.blocking = new BlockingTransaction(call.transaction());
  }

  /** The row of a kept cursor; {@code then} is given the operator that takes this one's place. */
  public static RowChange ofKept(
      Call call,
      Plan.AtCursor plan,
      OpenCursor.Place.Kept cursor,
      AtNode change,
      Consumer<Operator> then) {
    Finding finding =
        by -> {
          Found row = by.found(cursor.worker(), cursor.places().orElseThrow());
          return change.of(row.node(), row.leaf(), row.condition());
        };
    return new RowChange(call, plan, finding, then);
  }

  /** The row of a replicated table, on whose primary the cursor is. */
  public static RowChange ofCopies(
      Call call, Plan.AtCursor plan, RowCopies copies, Consumer<Operator> then) {
    Finding finding =
        by -> {
          SqlText text = plan.text().where(by.keyCondition(copies));
          return new ReplicatedWriteOperator(
              call, new Plan.ReplicatedWrite(text, copies.primary(), copies.others(), List.of()));
        };
    return new RowChange(call, plan, finding, then);
  }

  @Override
  public void start() {
    call.openScope(false);
    call.services().ddl().blocking().execute(this::run);
  }

  private void run() {
    try {
      Operator change = finding.by(this);
      blocking.onLoop(() -> then.accept(change));
    } catch (ServerError e) {
      fail(e.fields());
    } catch (SqlError e) {
      fail(ErrorFields.of(e, Severity.ERROR));
    } catch (RuntimeException e) {
      LOG.error("event=change_at_cursor_failed", e);
      fail(
          ErrorFields.of(
              SqlError.of(SqlState.INTERNAL_ERROR, "internal error: " + e), Severity.ERROR));
    }
  }

  private Found found(Backend worker, RowPlaces places) {
    List<Optional<String>> row =
        ask(worker, places.current()).rows().stream().findFirst().orElseThrow(this::onNoRow);
    int node = Integer.parseInt(row.get(0).orElseThrow());
    String leaf = row.get(1).orElseThrow();
    String relation = plan.leaves().isPresent() ? leaf : plan.text().relation();
    String versions = versions(relation, row.get(2).orElseThrow());
    if (call.transaction().view().keepsView()) {
      return new Found(node, leaf, condition(plan.text().alias(), leaf, versions));
    }
    return locked(node, leaf, relation, versions);
  }

  /**
   * The statement's own snapshot may be newer than the one by which the newest version is found.
   */
  private Found locked(int node, String leaf, String relation, String versions) {
    Backend backend = blocking.join(node).backend();
    String lock =
        "SELECT r.ctid FROM "
            + relation
            + " AS r WHERE "
            + condition("r", leaf, versions)
            + " FOR UPDATE";
    for (int i = 0; i < MAX_LOCK_TRIES; i++) {
      List<List<Optional<String>>> found = onNode(node, () -> ask(backend, lock)).rows();
      if (!found.isEmpty()) {
        String place = SettingsState.literal(found.getFirst().getFirst().orElseThrow());
        String newest = "ARRAY[" + place + "::pg_catalog.tid]";
        return new Found(node, leaf, condition(plan.text().alias(), leaf, newest));
      }
    }
    return new Found(node, leaf, NO_ROW);
  }

  /** The version that the cursor has seen, or the newest that has followed it. */
  private static String versions(String relation, String seen) {
    String place = SettingsState.literal(seen) + "::pg_catalog.tid";
    String newest = "pg_catalog.currtid2(" + SettingsState.literal(relation) + ", " + place + ")";
    return "(SELECT ARRAY[" + place + ", " + newest + "])::pg_catalog.tid[]";
  }

  private static String condition(String alias, String leaf, String places) {
    return alias + ".ctid = ANY (" + places + ") AND " + alias + ".tableoid = " + regclass(leaf);
  }

  private static String regclass(String relation) {
    return SettingsState.literal(relation) + "::pg_catalog.regclass";
  }

  /** The server that has the cursor tells the key of its row when the row is changed there. */
  private String keyCondition(RowCopies copies) {
    String same = copies.same().orElseThrow();
    String key =
        copies.key().stream()
            .map(k -> "pg_catalog.quote_nullable(r." + k + "::pg_catalog.text)")
            .collect(Collectors.joining(", "));
    Participant primary = blocking.join(copies.primary());
    String touch =
        "UPDATE "
            + plan.text().relation()
            + " AS r SET "
            + same
            + " = r."
            + same
            + " WHERE CURRENT OF "
            + OpenCursor.quoted(plan.cursor())
            + " RETURNING "
            + key;
    blocking.onLoop(primary::markWrote);
    List<List<Optional<String>>> rows =
        onNode(copies.primary(), () -> ask(primary.backend(), touch)).rows();
    if (rows.isEmpty()) {
      return NO_ROW;
    }
    List<String> conditions = new ArrayList<>();
    for (int i = 0; i < copies.key().size(); i++) {
      String value = rows.getFirst().get(i).orElseThrow();
      conditions.add(plan.text().alias() + "." + copies.key().get(i) + " = " + value);
    }
    return String.join(" AND ", conditions);
  }

  private SqlError onNoRow() {
    return SqlError.of(
        SqlState.INVALID_CURSOR_STATE,
        "cursor \"" + plan.cursor() + "\" is not positioned on a row");
  }

  private QuietReply ask(Backend backend, String sql) {
    QuietReply reply =
        blocking.await(
            future -> {
              asked = Optional.of(backend);
              backend.query(sql, new QuietReply(future::complete));
              backend.link().flush();
            });
    return reply.orThrow();
  }

  /** Errors of a node speak of leaves. */
  private QuietReply onNode(int node, Asking asking) {
    try {
      return asking.ask();
    } catch (ServerError e) {
      ErrorFields fields = e.fields().without(ErrorFields.POSITION);
      throw new ServerError(
          blocking.<ErrorFields>await(f -> f.complete(StatementError.of(call, fields, node))));
    }
  }

  private interface Asking {
    QuietReply ask();
  }

  private void fail(ErrorFields error) {
    blocking.onLoop(
        () -> {
          call.output().bound();
          call.transaction().fail();
          call.failed(error);
        });
  }

  @Override
  public void cancel() {
    asked.ifPresent(Backend::cancel);
  }
}
