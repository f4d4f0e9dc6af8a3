package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.DirectStatement;
import dev.drover.coordinator.ddl.DdlOperator;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionModes;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.ExplainOptions;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.ClusterCommand;
import dev.drover.planner.sql.CursorCommand;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.TransactionCommand;
import dev.drover.planner.sql.TransactionCommand.Modes;
import java.util.Map;
import java.util.Optional;

/**
 * Statements that the session itself carries out: transaction control, settings and prepared
 * statements. What changes the schema or the cluster goes on to {@link DdlOperator}.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ControlStatements {
  private final Session session;
  private final StatementRunner runner;
  private final Transaction transaction;
  private final SettingsTracker settings;
  private final SettingsStatements settingsStatements;
  private final SqlPreparedStatements prepared;
  private final CursorStatements cursors;
  private final Notifications notifications;

  ControlStatements(
      Session session, StatementRunner runner, Transaction transaction, SettingsTracker settings) {
    this.session = session;
    this.runner = runner;
    this.transaction = transaction;
    this.settings = settings;
    this.settingsStatements = new SettingsStatements(runner, transaction, settings);
    this.prepared = new SqlPreparedStatements(session, runner);
    this.cursors = new CursorStatements(session, runner, transaction);
    this.notifications = new Notifications(session, runner, transaction);
  }

  CursorStatements cursors() {
    return cursors;
  }

  Notifications notifications() {
    return notifications;
  }

  /** The session ends. */
  void abandon() {
    transaction.services().pause().cluster().end(transaction);
    notifications.stop();
    cursors.abandon();
  }

  /** True for what a failed transaction still takes. */
  static boolean endsTransaction(Plan plan) {
    return plan instanceof Plan.Control(var statement) && endsTransaction(statement);
  }

  static boolean endsTransaction(Statement statement) {
    return statement instanceof TransactionCommand.Commit
        || statement instanceof TransactionCommand.Rollback
        || statement instanceof TransactionCommand.RollbackTo
        || statement instanceof TransactionCommand.PrepareTransaction
        || statement instanceof Statement.Empty;
  }

  Operator operator(Call call, Statement statement) {
    return switch (statement) {
      case TransactionCommand command -> () -> transactionCommand(call, command);
      case SessionCommand.SetVariable set -> () -> settingsStatements.set(call, set);
      case SessionCommand.Reset reset -> () -> settingsStatements.reset(call, reset);
      case SessionCommand.Show show -> () -> settingsStatements.show(call, show);
      case SessionCommand.Discard discard -> () -> discard(call, discard);
      case SessionCommand.Prepare prepare -> () -> prepared.prepare(call, prepare);
      case SessionCommand.Execute execute -> () -> prepared.execute(call, execute);
      case SessionCommand.Deallocate deallocate -> () -> prepared.deallocate(call, deallocate);
      case SessionCommand.Listen _ -> () -> notifications.listen(call);
      case SessionCommand.Unlisten _, SessionCommand.Notify _ -> () -> notifications.run(call);
      case CursorCommand command -> () -> cursors.run(call, command);
      case ClusterCommand.CreateBarrier barrier ->
          () -> new BarrierStatement(runner).run(call, barrier);
      case ClusterCommand.PauseCluster _ -> new PauseStatement(runner, call, true);
      case ClusterCommand.UnpauseCluster _ -> new PauseStatement(runner, call, false);
      case ClusterCommand.AlterCluster alter -> new AlterClusterStatement(runner, call, alter);
      case ClusterCommand.CleanConnection clean ->
          () -> new CleanConnections(session, runner).run(call, clean);
      case ClusterCommand.ExecuteDirect direct -> executeDirect(call, direct);
      case Statement.Empty _ -> () -> call.completed("");
      case Definition.LockTable _
          when transaction.scope() == Transaction.Scope.NONE && call.request().alone() ->
          () -> outsideBlock(call, "LOCK TABLE");
      default -> new DdlOperator(call, statement, runner.ddlSession());
    };
  }

  /** EXPLAIN EXECUTE. */
  Operator explain(Call call, SessionCommand.Execute execute, ExplainOptions options) {
    return () -> prepared.explain(call, execute, options);
  }

  private static Operator executeDirect(Call call, ClusterCommand.ExecuteDirect direct) {
    DirectStatement statement = DirectStatement.of(direct, call.view().snapshot());
    Plan plan = statement.plan(call.view().functions().volatiles());
    return call.services()
        .operators()
        .of(call.planned(new CachedPlan(call.view(), plan, call.cached().facts(), Map.of())));
  }

  private void transactionCommand(Call call, TransactionCommand command) {
    switch (command) {
      case TransactionCommand.Begin(var _, boolean start, Modes modes) ->
          begin(call, modes, start ? "START TRANSACTION" : "BEGIN");
      case TransactionCommand.Commit commit -> commit(call, commit);
      case TransactionCommand.Rollback rollback -> rollback(call, rollback);
      case TransactionCommand.Savepoint savepoint -> savepoint(call, savepoint);
      case TransactionCommand.Release release -> release(call, release);
      case TransactionCommand.RollbackTo rollbackTo -> rollbackTo(call, rollbackTo);
      case TransactionCommand.SetTransaction set -> setTransaction(call, set);
      case TransactionCommand.SetConstraints set -> new ConstraintModes(runner).set(call, set);
      case TransactionCommand.PrepareTransaction(_, String gid) ->
          new PreparedTransactions(session, runner).prepare(call, gid);
      case TransactionCommand.CommitPrepared(_, String gid) ->
          new PreparedTransactions(session, runner).end(call, gid, true);
      case TransactionCommand.RollbackPrepared(_, String gid) ->
          new PreparedTransactions(session, runner).end(call, gid, false);
    }
  }

  private void begin(Call call, Modes modes, String tag) {
    switch (transaction.scope()) {
      case NONE -> runner.begin(Transaction.Scope.EXPLICIT, modes);
      case IMPLICIT -> transaction.makeExplicit(modes);
      case EXPLICIT ->
          warn(call, SqlState.ACTIVE_SQL_TRANSACTION, "there is already a transaction in progress");
      case BARE -> throw new IllegalStateException("BEGIN while a statement runs");
    }
    call.completed(tag);
  }

  private void commit(Call call, TransactionCommand.Commit commit) {
    if (isWithoutBlock(call, commit.andChain(), "COMMIT")) {
      return;
    }
    warnIfImplicit(call);
    Optional<Modes> next = next(commit.andChain());
    boolean failed = transaction.failed();
    session.established().extended().transactionEnded();
    if (failed) {
      runner.rollback(() -> ended(call, next, "ROLLBACK"));
      return;
    }
    runner.commit(error -> committed(call, next, error));
  }

  private void committed(Call call, Optional<Modes> next, Optional<ErrorFields> error) {
    if (error.isPresent()) {
      call.failed(error.get());
    } else {
      ended(call, next, "COMMIT");
    }
  }

  private void rollback(Call call, TransactionCommand.Rollback rollback) {
    if (isWithoutBlock(call, rollback.andChain(), "ROLLBACK")) {
      return;
    }
    warnIfImplicit(call);
    Optional<Modes> next = next(rollback.andChain());
    session.established().extended().transactionEnded();
    runner.rollback(() -> ended(call, next, "ROLLBACK"));
  }

  /** AND CHAIN: the next transaction is what this one is, whatever the defaults are by now. */
  private Optional<Modes> next(boolean chain) {
    return chain ? Optional.of(transaction.view().modes()) : Optional.empty();
  }

  private void ended(Call call, Optional<Modes> next, String tag) {
    next.ifPresent(modes -> runner.begin(Transaction.Scope.EXPLICIT, modes));
    call.completed(tag);
  }

  /** Answers the call if there is nothing to end, or nothing that could be chained. */
  private boolean isWithoutBlock(Call call, boolean chain, String tag) {
    if (chain) {
      return outsideBlock(call, tag + " AND CHAIN");
    }
    if (transaction.scope() != Transaction.Scope.NONE) {
      return false;
    }
    warn(call, SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
    call.completed(tag);
    return true;
  }

  /** What Drover began by itself is no transaction block of the client. */
  private void warnIfImplicit(Call call) {
    if (transaction.scope() == Transaction.Scope.IMPLICIT) {
      warn(call, SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
    }
  }

  private static void warn(Call call, SqlState state, String message) {
    call.output().notice(ErrorFields.warning(state, message));
  }

  private void fail(Call call, SqlError error) {
    transaction.fail();
    call.failed(error);
  }

  private boolean outsideBlock(Call call, String command) {
    if (transaction.scope() == Transaction.Scope.EXPLICIT) {
      return false;
    }
    fail(
        call,
        SqlError.of(
            SqlState.NO_ACTIVE_SQL_TRANSACTION,
            command + " can only be used in transaction blocks"));
    return true;
  }

  private static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  private void savepoint(Call call, TransactionCommand.Savepoint savepoint) {
    if (outsideBlock(call, "SAVEPOINT")) {
      return;
    }
    String name = quoted(savepoint.name().text());
    settings.savepoint(name);
    cursors.marks().savepoint(name);
    transaction.replay().savepoint(name, error -> finish(call, error, "SAVEPOINT"));
  }

  private void release(Call call, TransactionCommand.Release release) {
    if (outsideBlock(call, "RELEASE SAVEPOINT")) {
      return;
    }
    String name = quoted(release.name().text());
    if (missing(call, name, release.name().text())) {
      return;
    }
    settings.release(name);
    cursors.marks().released(name);
    transaction.replay().release(name, error -> finish(call, error, "RELEASE"));
  }

  private void rollbackTo(Call call, TransactionCommand.RollbackTo rollbackTo) {
    if (outsideBlock(call, "ROLLBACK TO SAVEPOINT")) {
      return;
    }
    String name = quoted(rollbackTo.name().text());
    if (missing(call, name, rollbackTo.name().text())) {
      return;
    }
    settings.rollbackTo(name);
    cursors.rolledBackTo(name);
    transaction.localSettings(settings.localStatements());
    transaction.rollbackTo(
        name, error -> runner.schemaRolledBack(() -> finish(call, error, "ROLLBACK")));
  }

  private boolean missing(Call call, String quotedName, String name) {
    if (transaction.replay().hasSavepoint(quotedName)) {
      return false;
    }
    fail(
        call,
        SqlError.of(
            SqlState.S_E_INVALID_SPECIFICATION, "savepoint \"" + name + "\" does not exist"));
    return true;
  }

  private void finish(Call call, Optional<ErrorFields> error, String tag) {
    if (error.isPresent()) {
      transaction.fail();
      call.failed(error.get());
    } else {
      call.completed(tag);
    }
  }

  private void setTransaction(Call call, TransactionCommand.SetTransaction set) {
    if (set.snapshot().isPresent()) {
      fail(call, SqlError.notSupported("SET TRANSACTION SNAPSHOT is not supported yet"));
      return;
    }
    if (set.session()) {
      settingsStatements.sessionCharacteristics(call, set.modes());
      return;
    }
    if (transaction.scope() == Transaction.Scope.NONE) {
      warn(
          call,
          SqlState.NO_ACTIVE_SQL_TRANSACTION,
          "SET TRANSACTION can only be used in transaction blocks");
      call.completed("SET");
      return;
    }
    if (transaction.participants().isEmpty()) {
      transaction.view().change(set.modes());
      call.completed("SET");
      return;
    }
    transaction.broadcast(
        TransactionModes.setSql(set.modes()),
        error -> {
          if (error.isEmpty()) {
            transaction.view().change(set.modes());
          }
          finish(call, error, "SET");
        });
  }

  private void discard(Call call, SessionCommand.Discard discard) {
    if (discard.what() == SessionCommand.Discard.What.ALL) {
      if (transaction.scope() != Transaction.Scope.NONE) {
        fail(
            call,
            SqlError.of(
                SqlState.ACTIVE_SQL_TRANSACTION,
                "DISCARD ALL cannot run inside a transaction block"));
        return;
      }
      session.established().extended().statements().removeAll();
      cursors.closeAll();
      notifications.stop();
      settings.resetIdentity();
      settings.resetAll();
      settings.transactionEnded(true);
      discardKept(call);
      return;
    }
    String tag = "DISCARD " + discardTag(discard.what());
    if (transaction.pinnedCatalog().isEmpty()) {
      call.completed(tag);
      return;
    }
    transaction.temporaryUse().note();
    runner.runLocal(call, new Plan.Local(SqlText.fixed(tag), true, false));
  }

  /** What the kept connection holds is let go of before the client goes on. */
  private void discardKept(Call call) {
    Optional<Backend> kept = transaction.pinnedCatalog().filter(b -> b.link().isOpen());
    if (kept.isEmpty()) {
      transaction.unpinCatalog();
      call.completed("DISCARD ALL");
      return;
    }
    transaction.temporaryUse().note();
    kept.get()
        .query(
            "DISCARD ALL",
            new QuietReply(
                _ -> {
                  transaction.unpinCatalog();
                  call.completed("DISCARD ALL");
                }));
    kept.get().link().flush();
  }

  private static String discardTag(SessionCommand.Discard.What what) {
    return switch (what) {
      case ALL -> "ALL";
      case PLANS -> "PLANS";
      case SEQUENCES -> "SEQUENCES";
      case TEMPORARY -> "TEMP";
    };
  }
}
