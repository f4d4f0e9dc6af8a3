package dev.drover.coordinator.txn;

import dev.drover.coordinator.snapshot.GroupSnapshot;
import dev.drover.coordinator.snapshot.GroupSnapshots;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.sql.TransactionCommand.Isolation;
import dev.drover.planner.sql.TransactionCommand.Modes;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a transaction sees of the datanodes, by its isolation level.
 *
 * <pre>
 *   READ COMMITTED             every statement asks for its own moment
 *   REPEATABLE READ            one snapshot of all nodes, taken when the first node joins
 *   SERIALIZABLE               the same, from transactions of that level, and whatever
 *                              drover.global_snapshot says
 * </pre>
 *
 * <p>Invariant: a node joins a transaction that keeps its view with the transaction's one snapshot,
 * or not at all.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class TransactionView {
  private static final Modes NO_MODES =
      new Modes(Optional.empty(), Optional.empty(), Optional.empty());

  private final GroupSnapshots snapshots;
  private Modes modes = NO_MODES;
  private TransactionDefaults defaults = TransactionDefaults.BUILT_IN;
  private Optional<GroupSnapshot> snapshot = Optional.empty();
  private boolean ended;
  private long seenAt = System.nanoTime();

  TransactionView(GroupSnapshots snapshots) {
    this.snapshots = snapshots;
  }

  void begin(Modes own, TransactionDefaults otherwise) {
    modes = own;
    defaults = otherwise;
    ended = false;
  }

  /** BEGIN or SET TRANSACTION says more; participants that have joined know it already. */
  public void change(Modes more) {
    modes =
        new Modes(
            more.isolation().or(() -> modes.isolation()),
            more.readOnly().or(() -> modes.readOnly()),
            more.deferrable().or(() -> modes.deferrable()));
  }

  /**
   * The unit's one statement changes the schema on every node. It reads no rows that it would need
   * a view of one moment for, and its locks put it in order with all others.
   */
  public void changesSchemaOnly() {
    change(new Modes(Optional.of(Isolation.READ_COMMITTED), Optional.empty(), Optional.empty()));
  }

  /** The unit's one statement is to see one moment on every node, though it cannot ask for it. */
  public void keepOneMoment() {
    if (!keepsView() && defaults.globalSnapshots()) {
      change(new Modes(Optional.of(Isolation.REPEATABLE_READ), Optional.empty(), Optional.empty()));
    }
  }

  /** How long a statement may take; 0 is without end. */
  long statementTimeoutMillis() {
    return defaults.statementTimeoutMillis();
  }

  /** What the transaction is, said in full. */
  public Modes modes() {
    return new Modes(Optional.of(isolation()), Optional.of(isReadOnly()), modes.deferrable());
  }

  Isolation isolation() {
    return modes.isolation().orElse(defaults.isolation());
  }

  private boolean isReadOnly() {
    return modes.readOnly().orElse(defaults.readOnly());
  }

  /** Every statement sees what the first one saw. */
  public boolean keepsView() {
    return isolation() == Isolation.REPEATABLE_READ || isSerializable();
  }

  /** Every statement over several nodes has to find a moment of its own. */
  public boolean isPerStatement() {
    return defaults.globalSnapshots() && !keepsView();
  }

  /** Gets what the transaction needs before the node joins it; exactly one of the two is called. */
  void prepare(int node, Runnable ready, Consumer<SqlError> refused) {
    if (node == Node.CATALOG_ID || !importsSnapshot()) {
      ready.run();
    } else {
      ask(() -> covered(node, ready, refused), refused);
    }
  }

  private boolean importsSnapshot() {
    return isSerializable() || (keepsView() && defaults.globalSnapshots());
  }

  /** What it reads and writes has to be in one order with all others' work. */
  boolean isSerializable() {
    return isolation() == Isolation.SERIALIZABLE;
  }

  /** The transactions that its snapshot is from run until its end, and go on doing so. */
  boolean isWitnessed() {
    return snapshot.map(GroupSnapshot::isWhole).orElse(false);
  }

  /** A query that needs no datanode sets the moment for those that follow, as in PostgreSQL. */
  public void see(Runnable then, Consumer<SqlError> refused) {
    if (importsSnapshot()) {
      ask(then, refused);
    } else {
      then.run();
    }
  }

  /**
   * What the running statement sees, for connections beside the transaction's own: its one
   * snapshot, or one for this statement. Who gets it has to release it.
   */
  public void share(Consumer<Optional<GroupSnapshot>> then, Consumer<SqlError> refused) {
    if (importsSnapshot()) {
      ask(
          () -> {
            snapshot.orElseThrow().retain();
            then.accept(snapshot);
          },
          refused);
    } else if (!defaults.globalSnapshots()) {
      then.accept(Optional.empty());
    } else {
      snapshots.ask(
          GroupSnapshots.Kind.REPEATABLE_READ,
          freshness(),
          given -> then.accept(Optional.of(given)));
    }
  }

  private void ask(Runnable then, Consumer<SqlError> refused) {
    if (snapshot.isPresent()) {
      then.run();
      return;
    }
    snapshots.ask(
        kind(),
        freshness(),
        given -> {
          if (ended) {
            given.release();
            refused.accept(TransactionErrors.clientGone());
            return;
          }
          snapshot = Optional.of(given);
          then.run();
        });
  }

  private GroupSnapshots.Kind kind() {
    if (!isSerializable()) {
      return GroupSnapshots.Kind.REPEATABLE_READ;
    }
    return isReadOnly()
        ? GroupSnapshots.Kind.SERIALIZABLE_READ_ONLY
        : GroupSnapshots.Kind.SERIALIZABLE;
  }

  private GroupSnapshots.Freshness freshness() {
    return defaults.isBounded()
        ? GroupSnapshots.Freshness.within(defaults.maxAgeMillis(), seenAt)
        : GroupSnapshots.Freshness.now();
  }

  private void covered(int node, Runnable ready, Consumer<SqlError> refused) {
    if (snapshot.orElseThrow().on(node).isPresent()) {
      ready.run();
    } else {
      refused.accept(notCovered());
    }
  }

  /** What begins the transaction on a node. */
  List<String> beginSql(int node) {
    Optional<String> id =
        node == Node.CATALOG_ID ? Optional.empty() : snapshot.flatMap(s -> s.on(node));
    return id.isEmpty()
        ? List.of(TransactionModes.beginSql(modes))
        : List.of(
            TransactionModes.beginSql(importing()), "SET TRANSACTION SNAPSHOT '" + id.get() + "'");
  }

  /** PostgreSQL lets no deferrable transaction import, as it may wait for another snapshot. */
  private Modes importing() {
    return isSerializable()
        ? new Modes(modes.isolation(), modes.readOnly(), Optional.of(false))
        : modes;
  }

  /** What the session sees from now on is not older than what it has seen. */
  void answered() {
    if (snapshot.isEmpty()) {
      seenAt = System.nanoTime();
    } else if (snapshot.get().takenAt() - seenAt > 0) {
      seenAt = snapshot.get().takenAt();
    }
  }

  void end() {
    ended = true;
    snapshot.ifPresent(GroupSnapshot::release);
    snapshot = Optional.empty();
    modes = NO_MODES;
  }

  private static SqlError notCovered() {
    return SqlError.of(
            SqlState.SERIALIZATION_FAILURE,
            "could not see the node as of the transaction's snapshot")
        .withHint("Run the transaction again.");
  }
}
