package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.catalog.CurrentPlanner;
import dev.drover.coordinator.catalog.ProvingAnswer;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.ddl.DdlChanges;
import dev.drover.coordinator.ddl.DdlSession;
import dev.drover.coordinator.dispatch.PlanOperators;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Completion;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionClock;
import dev.drover.coordinator.txn.TransactionDefaults;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.ddl.LeafNames;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.SqlParser;
import dev.drover.planner.sql.TransactionCommand.Modes;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans and runs the statements of one session, whichever protocol they came by, and ends the
 * transactions that Drover itself began.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class StatementRunner implements Call.Scopes {
  private static final Logger LOG = LoggerFactory.getLogger(StatementRunner.class);
  private static final Modes NO_MODES =
      new Modes(Optional.empty(), Optional.empty(), Optional.empty());

  private final Session session;
  private final Transaction transaction;
  private final SettingsTracker settings;
  private final TransactionClock clock;
  private final ControlStatements control;
  private final TemporaryTables temporary;
  private final CurrentPlanner planner;
  private final PlanAge age;
  private Optional<DdlChanges> changes = Optional.empty();
  private boolean wantedAgain;

  StatementRunner(Session session, Transaction transaction, SettingsTracker settings) {
    this.session = session;
    this.transaction = transaction;
    this.settings = settings;
    this.age = new PlanAge(transaction);
    this.clock = new TransactionClock();
    this.temporary = new TemporaryTables(transaction, session.services().exec().ddl());
    this.planner =
        new CurrentPlanner(
            session.services().catalog(), session.services().planner(), session.channel().loop());
    this.control = new ControlStatements(session, this, transaction, settings);
  }

  Transaction transaction() {
    return transaction;
  }

  SettingsTracker settingsTracker() {
    return settings;
  }

  ControlStatements control() {
    return control;
  }

  /** The private view of a transaction that changed the schema, else the shared one. */
  CatalogView view() {
    return temporary.over(baseView());
  }

  private CatalogView baseView() {
    return changes.map(DdlChanges::view).orElseGet(() -> session.services().catalog().view());
  }

  /** The plan was made by what is known now. */
  boolean isCurrent(CachedPlan plan) {
    return temporary.known() && session.services().catalog().isCurrent() && plan.madeUnder(view());
  }

  Optional<DdlChanges> changes() {
    return changes;
  }

  /** The transaction has changed the schema: from now on it plans by its own view. */
  void changed(DdlChanges newChanges) {
    changes = Optional.of(newChanges);
  }

  /** Finds or makes the plan; at once when it is cached and the catalog is current. */
  void plan(StatementText text, int[] parameterTypes, StatementPlanner.Answer receiver) {
    Optional<SqlError> refusal = transaction.failed() ? refusalInFailed(text) : Optional.empty();
    if (refusal.isPresent()) {
      receiver.refused(refusal.get());
      return;
    }
    if (temporary.known() || transaction.failed()) {
      planUnder(text, parameterTypes, receiver);
      return;
    }
    LossAnswer answer = new LossAnswer(transaction, receiver);
    temporary.read(
        settings.effective(), () -> planUnder(text, parameterTypes, answer), answer::failed);
  }

  /** The same, and the errors in the text's own literals come now if its plan needs it. */
  void planProven(
      StatementText text,
      int[] parameterTypes,
      Predicate<Plan> isNeeded,
      StatementPlanner.Answer receiver) {
    if (text.literalsAreSafe()) {
      plan(text, parameterTypes, receiver);
      return;
    }
    StatementPlanner.Request request = request(text, parameterTypes);
    StatementPlanner shared = session.services().planner();
    plan(text, parameterTypes, new ProvingAnswer(shared, request, isNeeded, receiver));
  }

  private StatementPlanner.Request request(StatementText text, int[] parameterTypes) {
    return new StatementPlanner.Request(
        text,
        parameterTypes,
        temporary.over(settings.searchPath()),
        transaction.role(),
        settings.actingRole(),
        settings.effective(),
        transaction.scope() == Transaction.Scope.EXPLICIT,
        ownCatalog());
  }

  private void planUnder(StatementText text, int[] parameterTypes, StatementPlanner.Answer answer) {
    StatementPlanner.Request request = request(text, parameterTypes);
    if (changes.isPresent()) {
      session.services().planner().plan(request, view(), answer);
    } else {
      planner.plan(request, temporary::over, answer);
    }
  }

  /** The connection that alone sees what the transaction or the session has made. */
  private Optional<Backend> ownCatalog() {
    Optional<Backend> changed =
        changes.isEmpty() ? Optional.empty() : changes.get().catalogParticipant(transaction);
    return changed.isPresent() ? changed : keptConnection();
  }

  /** The one that sees the session's temporary tables. */
  private Optional<Backend> keptConnection() {
    Optional<Backend> kept = temporary.connection();
    if (kept.isPresent() && transaction.find(Node.CATALOG_ID, false).isEmpty()) {
      kept.get().applySettings(settings.effective());
    }
    return kept;
  }

  /** A failed transaction looks at the form of a statement, and not at what it names. */
  private static Optional<SqlError> refusalInFailed(StatementText text) {
    try {
      return SqlParser.parse(text.utf8()).stream()
              .allMatch(parsed -> ControlStatements.endsTransaction(parsed.statement()))
          ? Optional.empty()
          : Optional.of(inFailedTransaction());
    } catch (SqlError syntax) {
      return Optional.of(syntax);
    }
  }

  /** True when the failed transaction must refuse the statement. */
  boolean refusesInFailed(CachedPlan plan) {
    return transaction.failed() && !ControlStatements.endsTransaction(plan.plan());
  }

  static SqlError inFailedTransaction() {
    return SqlError.of(
        SqlState.IN_FAILED_SQL_TRANSACTION,
        "current transaction is aborted, commands ignored until end of transaction block");
  }

  /** Runs a plan; the listener is told its end. */
  void run(Call call) {
    session.occupy();
    start(Rerun.of(this, call));
  }

  @Override
  public void runAgain() {
    wantedAgain = true;
  }

  boolean isWantedAgain() {
    return wantedAgain;
  }

  void start(Call call) {
    wantedAgain = false;
    try {
      if (session.channel().encoding().isPresent()) {
        EncodedFormats.checkCopy(call.cached(), call.text().toString());
      }
      Operator operator =
          switch (call.cached().plan()) {
            case Plan.Control(var statement) -> control.operator(call, statement);
            case Plan.Explain(Plan.Control(SessionCommand.Execute execute), var options, _) ->
                control.explain(call, execute, options);
            case Plan.AtCursor change -> control.cursors().change(call, change);
            default -> call.services().operators().of(call);
          };
      checkKept(call.cached());
      age.check(call);
      session.running(operator);
      session.counts().began(call.cached().kind());
      operator.start();
    } catch (SqlError error) {
      transaction.fail();
      call.failed(ErrorFields.of(error, Severity.ERROR));
    } catch (RuntimeException defect) {
      LOG.error("event=statement_failed", defect);
      transaction.fail();
      session.fatal(SqlError.of(SqlState.INTERNAL_ERROR, "internal error: " + defect));
    }
  }

  /** A session that has lost what it kept is told so before it relies on it. */
  private void checkKept(CachedPlan plan) {
    Optional<SqlError> loss =
        ControlStatements.endsTransaction(plan.plan()) ? Optional.empty() : transaction.takeLoss();
    if (loss.isPresent()) {
      throw loss.get();
    }
  }

  /** The end of what lies between two Syncs: what Drover began, Drover ends. */
  void endUnit(Completion done) {
    if (transaction.scope() != Transaction.Scope.IMPLICIT) {
      done.complete(Optional.empty());
      return;
    }
    session.occupy();
    if (transaction.failed()) {
      rollback(() -> done.complete(Optional.empty()));
    } else {
      commit(done);
    }
  }

  /** Commits what is open, the change of the schema first announced to every coordinator. */
  void commit(Completion done) {
    Completion ended = andAfter(done);
    if (changes.isEmpty()) {
      transaction.commit(ended);
      return;
    }
    changes.get().commit(transaction, ended);
  }

  /** Prepares what is open, under the client's name for it. */
  void prepare(String gid, Completion done) {
    transaction.prepare(gid, settings.actingRole(), andAfter(done));
  }

  private Completion andAfter(Completion done) {
    CatalogView view = view();
    return error -> {
      afterTransaction(error.isEmpty());
      done.complete(error.map(fields -> inUserNames(fields, view)));
    };
  }

  /** A deferred constraint fails at the end of the transaction, on the leaf that it is of. */
  ErrorFields inUserNames(ErrorFields error) {
    return inUserNames(error, view());
  }

  private ErrorFields inUserNames(ErrorFields error, CatalogView view) {
    boolean ofLeaf =
        error.get(ErrorFields.SCHEMA).map(s -> s.startsWith(LeafNames.SCHEMA_PREFIX)).orElse(false);
    return ofLeaf
        ? session.services().exec().errors().translate(error, view, Node.CATALOG_ID)
        : error;
  }

  void rollback(Runnable done) {
    transaction.rollback(
        () -> {
          afterTransaction(false);
          done.run();
        });
  }

  private void afterTransaction(boolean committed) {
    changes = Optional.empty();
    age.transactionEnded();
    control.cursors().transactionEnded(committed);
    clock.reset();
    temporary.undone();
    settings.transactionEnded(committed);
  }

  /** A call whose results go where those of another one go. */
  Call call(Call outer, Call.Request request, CachedPlan plan, Call.Listener listener) {
    return new Call(
        request,
        plan,
        transaction,
        outer.output(),
        new Call.CallContext(listener, this, session.services().exec()));
  }

  /** Answers a statement on the catalog node. */
  void runLocal(Call call, Plan.Local plan) {
    Operator operator = PlanOperators.local(call, plan);
    session.running(operator);
    operator.start();
  }

  BackendPool pool() {
    return session.services().exec().pool();
  }

  /** After ROLLBACK TO: what the transaction did to the schema may be partly undone. */
  void schemaRolledBack(Runnable done) {
    temporary.undone();
    if (changes.isEmpty()) {
      done.run();
      return;
    }
    changes.get().reload(transaction, ddlSession(), done);
  }

  /** What statements that change the schema need of the session. */
  DdlSession ddlSession() {
    return new RunnerDdlSession(this, temporary);
  }

  @Override
  public void open(Transaction.Scope scope) {
    begin(scope, NO_MODES);
  }

  void begin(Transaction.Scope scope, Modes modes) {
    if (scope != Transaction.Scope.BARE) {
      settings.transactionBegins();
    }
    transaction.begin(scope, modes, settings.effective(), settings.transactionDefaults());
  }

  @Override
  public TransactionDefaults transactionDefaults() {
    return settings.transactionDefaults();
  }

  @Override
  public String now() {
    Transaction.Scope scope = transaction.scope();
    return clock.now(scope == Transaction.Scope.BARE || scope == Transaction.Scope.NONE);
  }

  @Override
  public void takeMessages() {
    session.drain();
  }

  @Override
  public void synchronizationLost(ErrorFields error) {
    session.synchronizationLost(error);
  }

  @Override
  public SettingsState settings() {
    return settings.effective();
  }

  @Override
  public void settingsRead(Map<String, String> values, Map<String, String> local) {
    settings.read(values, false);
    if (transaction.scope() == Transaction.Scope.EXPLICIT) {
      settings.read(local, true);
    }
    transaction.localSettings(settings.localStatements());
  }
}
