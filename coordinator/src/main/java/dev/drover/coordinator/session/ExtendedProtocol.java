package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.ClientOutput;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.Resumable;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.ShapeScanner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parse, Bind, Describe, Execute and Close.
 *
 * <p>Parse and Describe are answered from what the catalog node said of the statement, so a
 * datanode is contacted by Execute only, in one packet with the values.
 *
 * <p>Source: PostgreSQL 18 manual, 53.2.3 "Extended Query".
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ExtendedProtocol {
  private static final char STATEMENT = 'S';
  private static final String UNNAMED = "";

  private final Session session;
  private final StatementRunner runner;
  private final ClientOutput output;
  private final ShapeScanner scanner = new ShapeScanner();
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private final Map<String, Portal> portals = new HashMap<>();
  private final ServerStatementKeys keys = new ServerStatementKeys();

  ExtendedProtocol(Session session, StatementRunner runner, ClientOutput output) {
    this.session = session;
    this.runner = runner;
    this.output = output;
  }

  /** A simple Query destroys the unnamed statement and portal. */
  void forgetUnnamed() {
    statements.remove(UNNAMED);
    portals.remove(UNNAMED);
  }

  /** Portals live as long as their transaction. */
  void unitEnds() {
    if (runner.transaction().scope() != Transaction.Scope.EXPLICIT) {
      portals.clear();
    }
  }

  void transactionEnded() {
    portals.clear();
  }

  Optional<PreparedStatement> statement(String name) {
    return Optional.ofNullable(statements.get(name));
  }

  void add(PreparedStatement statement) {
    if (!statement.name().isEmpty() && statements.containsKey(statement.name())) {
      throw SqlError.of(
          SqlState.DUPLICATE_PREPARED_STATEMENT,
          "prepared statement \"" + statement.name() + "\" already exists");
    }
    statements.put(statement.name(), statement);
  }

  boolean remove(String name) {
    return statements.remove(name) != null;
  }

  void removeAll() {
    statements.clear();
  }

  void parse(FrontendDecoder.Parse parse) {
    if (!parse.name().isEmpty() && statements.containsKey(parse.name())) {
      throw SqlError.of(
          SqlState.DUPLICATE_PREPARED_STATEMENT,
          "prepared statement \"" + parse.name() + "\" already exists");
    }
    scanner.scan(parse.sql(), 0, parse.sql().length);
    if (scanner.hasSeveralStatements()) {
      throw SqlError.of(
          SqlState.SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement");
    }
    StatementText text = StatementText.scanned(parse.sql(), scanner);
    session.occupy();
    runner.plan(
        text,
        parse.paramOids(),
        new PlanAnswer() {
          @Override
          public void planned(CachedPlan plan) {
            parsed(new PreparedStatement(parse.name(), text, parse.paramOids(), plan));
          }
        });
  }

  private void parsed(PreparedStatement statement) {
    if (runner.refusesInFailed(statement.plan())) {
      session.extendedError(ErrorFields.of(StatementRunner.inFailedTransaction(), Severity.ERROR));
      return;
    }
    statements.put(statement.name(), statement);
    BackendEncoder.parseComplete(session.channel().out());
    session.free();
  }

  void bind(FrontendDecoder.Bind bind) {
    PreparedStatement statement = required(bind.statement());
    int expected = statement.plan().facts().parameterTypes().size();
    if (bind.paramCount() != expected) {
      throw SqlError.of(
          SqlState.PROTOCOL_VIOLATION,
          "bind message supplies %d parameters, but prepared statement \"%s\" requires %d"
              .formatted(bind.paramCount(), bind.statement(), expected));
    }
    if (!bind.portal().isEmpty() && portals.containsKey(bind.portal())) {
      throw SqlError.of(
          SqlState.DUPLICATE_CURSOR, "cursor \"" + bind.portal() + "\" already exists");
    }
    if (runner.refusesInFailed(statement.plan())) {
      throw StatementRunner.inFailedTransaction();
    }
    if (output.encoded()) {
      EncodedFormats.checkParameters(statement.plan(), bind);
      EncodedFormats.binaryColumns(statement.plan(), bind);
    }
    portals.put(bind.portal(), new Portal(statement, bind));
    BackendEncoder.bindComplete(session.channel().out());
  }

  private PreparedStatement required(String name) {
    PreparedStatement statement = statements.get(name);
    if (statement != null) {
      return statement;
    }
    String message =
        name.isEmpty()
            ? "unnamed prepared statement does not exist"
            : "prepared statement \"" + name + "\" does not exist";
    throw SqlError.of(SqlState.INVALID_SQL_STATEMENT_NAME, message);
  }

  private Portal requiredPortal(String name) {
    Portal portal = portals.get(name);
    if (portal != null) {
      return portal;
    }
    throw SqlError.of(SqlState.INVALID_CURSOR_NAME, "portal \"" + name + "\" does not exist");
  }

  void describe(FrontendDecoder.Describe describe) {
    if (describe.kind() == STATEMENT) {
      PreparedStatement statement = required(describe.name());
      List<Integer> types = statement.plan().facts().parameterTypes();
      int[] oids = types.stream().mapToInt(Integer::intValue).toArray();
      BackendEncoder.parameterDescription(session.channel().out(), oids);
      output.describe(statement.plan(), Optional.empty());
      return;
    }
    Portal portal = requiredPortal(describe.name());
    output.describe(portal.statement().plan(), Optional.of(portal.bind()));
  }

  void execute(FrontendDecoder.Execute execute) {
    Portal portal = requiredPortal(execute.portal());
    PreparedStatement statement = portal.statement();
    if (portal.done()) {
      completeAgain(execute.portal(), statement);
      return;
    }
    if (runner.isCurrent(statement.plan())) {
      run(portal, execute.maxRows());
      return;
    }
    session.occupy();
    runner.plan(
        statement.text(),
        statement.declaredTypes(),
        new PlanAnswer() {
          @Override
          public void planned(CachedPlan plan) {
            replanned(portal, plan, execute.maxRows());
          }
        });
  }

  /** A portal that has ended returns no more rows. */
  private void completeAgain(String portal, PreparedStatement statement) {
    if (!statement.plan().returnsRows()) {
      throw SqlError.of(
          SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "portal \"" + portal + "\" cannot be run");
    }
    output.commandComplete("SELECT 0");
  }

  private void replanned(Portal portal, CachedPlan plan, int maxRows) {
    PreparedStatement statement = portal.statement();
    if (!plan.facts().columns().equals(statement.plan().facts().columns())) {
      session.extendedError(
          ErrorFields.of(
              SqlError.notSupported("cached plan must not change result type"), Severity.ERROR));
      return;
    }
    statement.plan(plan);
    run(portal, maxRows);
  }

  private void run(Portal portal, int maxRows) {
    if (runner.refusesInFailed(portal.statement().plan())) {
      session.extendedError(ErrorFields.of(StatementRunner.inFailedTransaction(), Severity.ERROR));
      return;
    }
    PreparedStatement statement = portal.statement();
    if (output.encoded()) {
      output.binaryColumns(EncodedFormats.binaryColumns(statement.plan(), portal.bind()));
    }
    long key = keys.keyOf(statement.plan(), statement.text());
    Call.Request request =
        new Call.Request(
            statement.text(),
            Optional.of(portal.bind()),
            key,
            maxRows,
            session.syncFollows(),
            false);
    Call call =
        new Call(
            request,
            statement.plan(),
            runner.transaction(),
            output,
            new Call.CallContext(new PortalRun(portal), runner, session.services().exec()));
    Optional<Operator> suspended = portal.suspended();
    if (suspended.isPresent() && suspended.get() instanceof Resumable resumable) {
      session.occupy();
      portal.resumed();
      session.running(suspended.get());
      resumable.resume(call);
      return;
    }
    runner.run(call);
  }

  void close(FrontendDecoder.Close close) {
    if (close.kind() == STATEMENT) {
      statements.remove(close.name());
    } else {
      portals.remove(close.name());
    }
    BackendEncoder.closeComplete(session.channel().out());
  }

  /** A plan that cannot be made is an error of the message. */
  private abstract class PlanAnswer implements StatementPlanner.Answer {
    @Override
    public void refused(SqlError error) {
      session.extendedError(ErrorFields.of(error, Severity.ERROR));
    }

    @Override
    public void refused(ErrorFields error) {
      session.extendedError(error);
    }
  }

  /** One Execute of a portal. */
  private final class PortalRun implements Call.Listener {
    private final Portal portal;

    PortalRun(Portal portal) {
      this.portal = portal;
    }

    @Override
    public void completed(Call call, String tag) {
      portal.finish();
      output.commandComplete(tag);
      session.free();
    }

    @Override
    public void failed(Call call, ErrorFields error) {
      portal.finish();
      session.extendedError(error);
    }

    /** PostgreSQL commits at Sync, when it has said already that the statement is done. */
    @Override
    public void failedAtCommit(Call call, String tag, ErrorFields error) {
      output.commandComplete(tag);
      failed(call, error);
    }

    @Override
    public void suspended(Call call) {
      session.currentOperator().ifPresent(portal::suspend);
      BackendEncoder.portalSuspended(session.channel().out());
      session.free();
    }
  }
}
