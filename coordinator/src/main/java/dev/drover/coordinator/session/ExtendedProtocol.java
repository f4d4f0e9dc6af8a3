package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.output.BinaryOids;
import dev.drover.coordinator.output.BindAnswer;
import dev.drover.coordinator.output.ClientOutput;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.pgwire.MessageType.Frontend;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.CursorCommand;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.ShapeScanner;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parse, Bind, Describe, Execute and Close.
 *
 * <p>Parse and Describe are answered from what the catalog node said of the statement, so a
 * datanode is contacted by Execute only, in one packet with the values. The answer to Bind waits
 * for the servers' own (see {@link BindAnswer}); if another message than Execute follows, the
 * portal is bound on the catalog node first (see {@link BindCheck}).
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
  private final BindAnswer answer;
  private final ClientTexts clientTexts;
  private final ShapeScanner scanner = new ShapeScanner();
  private final PreparedStatements statements = new PreparedStatements();
  private final Map<String, Portal> portals = new HashMap<>();
  private final ServerStatementKeys keys = new ServerStatementKeys();

  ExtendedProtocol(Session session, StatementRunner runner, ClientOutput output) {
    this.session = session;
    this.runner = runner;
    this.output = output;
    this.answer = output.answer();
    this.clientTexts = new ClientTexts(runner.settingsTracker(), output);
  }

  PreparedStatements statements() {
    return statements;
  }

  /** A simple Query destroys the unnamed statement and portal. */
  void forgetUnnamed() {
    statements.remove(UNNAMED);
    drop(UNNAMED);
  }

  /** Portals live as long as their transaction. */
  void unitEnds() {
    if (runner.transaction().scope() != Transaction.Scope.EXPLICIT) {
      transactionEnded();
    }
  }

  void transactionEnded() {
    portals.values().forEach(Portal::close);
    portals.clear();
  }

  private CursorStatements cursors() {
    return runner.control().cursors();
  }

  boolean hasPortal(String name) {
    return portals.containsKey(name);
  }

  /** CLOSE ALL: only what runs stays. */
  void closePortals() {
    closePortalsSince(0);
  }

  /** ROLLBACK TO: closes what was made behind the savepoint; what runs stays. */
  void closePortalsSince(long stamp) {
    portals
        .values()
        .removeIf(
            portal -> {
              boolean gone = portal.stamp() >= stamp && !portal.isRunning();
              if (gone) {
                portal.close();
              }
              return gone;
            });
  }

  private void drop(String portal) {
    Portal dropped = portals.remove(portal);
    if (dropped != null) {
      dropped.close();
    }
  }

  /**
   * True when the answer to a Bind is kept back that must be given before this message is taken.
   */
  boolean mustSettle(byte type, ByteBuf body) {
    if (!answer.held()) {
      return false;
    }
    return switch (type) {
      case Frontend.TERMINATE -> false;
      case Frontend.EXECUTE -> !answer.heldFor(name(body, 0));
      case Frontend.DESCRIBE ->
          body.getByte(body.readerIndex()) == STATEMENT || !answer.heldFor(name(body, 1));
      default -> true;
    };
  }

  private static String name(ByteBuf body, int offset) {
    int start = body.readerIndex() + offset;
    int length = body.bytesBefore(start, body.writerIndex() - start, (byte) 0);
    return length <= 0 ? UNNAMED : body.toString(start, length, StandardCharsets.UTF_8);
  }

  /** Gives the answer that is kept back: the catalog node binds. */
  void settle() {
    session.occupy();
    new BindCheck(runner, portals.get(answer.portal()), this::settled).start();
  }

  private void settled(Optional<ErrorFields> error) {
    if (error.isPresent()) {
      session.extendedError(error.get());
    } else {
      output.bound();
      session.free();
    }
  }

  void parse(FrontendDecoder.Parse parse) {
    statements.checkFree(parse.name());
    byte[] utf8 = clientTexts.read(parse.sql());
    scanner.scan(utf8, 0, utf8.length);
    if (scanner.hasSeveralStatements()) {
      throw SqlError.of(
          SqlState.SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement");
    }
    StatementText text = StatementText.scanned(utf8, scanner);
    session.occupy();
    runner.planProven(
        text,
        parse.paramOids(),
        _ -> true,
        new PlanAnswer() {
          @Override
          public void planned(CachedPlan plan) {
            parsed(new PreparedStatement(parse.name(), text, parse.paramOids(), described(plan)));
          }
        });
  }

  /** EXECUTE has the columns of the statement that it executes, FETCH those of its cursor. */
  private CachedPlan described(CachedPlan plan) {
    Optional<StatementFacts> facts =
        switch (plan.plan()) {
          case Plan.Control(SessionCommand.Execute execute) ->
              statements
                  .find(execute.name().text())
                  .map(s -> new StatementFacts(List.of(), s.plan().facts().columns()));
          case Plan.Control(CursorCommand.Fetch fetch) -> cursors().facts(fetch);
          default -> Optional.empty();
        };
    return facts.map(f -> new CachedPlan(plan.view(), plan.plan(), f, Map.of())).orElse(plan);
  }

  private void parsed(PreparedStatement statement) {
    if (runner.refusesInFailed(statement.plan())) {
      session.extendedError(ErrorFields.of(StatementRunner.inFailedTransaction(), Severity.ERROR));
      return;
    }
    statements.remove(statement.name());
    statements.add(statement);
    BackendEncoder.parseComplete(session.channel().out());
    session.free();
  }

  void bind(FrontendDecoder.Bind bind) {
    PreparedStatement statement = statements.required(bind.statement());
    int expected = statement.plan().facts().parameterTypes().size();
    if (bind.paramCount() != expected) {
      throw SqlError.of(
          SqlState.PROTOCOL_VIOLATION,
          "bind message supplies %d parameters, but prepared statement \"%s\" requires %d"
              .formatted(bind.paramCount(), bind.statement(), expected));
    }
    if (runner.refusesInFailed(statement.plan())) {
      throw StatementRunner.inFailedTransaction();
    }
    if (!bind.portal().isEmpty() && (hasPortal(bind.portal()) || cursors().has(bind.portal()))) {
      throw SqlError.of(
          SqlState.DUPLICATE_CURSOR, "cursor \"" + bind.portal() + "\" already exists");
    }
    BinaryOids.checkParameters(statement.plan(), bind);
    if (session.channel().encoding().isPresent()) {
      EncodedFormats.checkParameters(statement.plan(), bind);
      EncodedFormats.binaryColumns(statement.plan(), bind);
    }
    Portal portal = new Portal(statement, bind, cursors().marks().stamp());
    if (runner.isCurrent(statement.plan())) {
      bound(portal);
    } else {
      replan(statement, () -> bound(portal));
    }
  }

  private void bound(Portal portal) {
    drop(portal.bind().portal());
    portals.put(portal.bind().portal(), portal);
    if (serversBind(portal.plan().plan())) {
      answer.hold(portal.plan(), portal.bind());
    } else {
      BackendEncoder.bindComplete(session.channel().out());
    }
    session.free();
  }

  /** PostgreSQL plans queries when it binds, and does nothing about other statements then. */
  private static boolean serversBind(Plan plan) {
    return switch (plan) {
      case Plan.Local _, Plan.OneNode _, Plan.AnyNode _, Plan.AllNodes _, Plan.Fragments _ -> true;
      case Plan.ReplicatedWrite _, Plan.InsertRows _, Plan.InsertFrom _, Plan.Change _ -> true;
      case Plan.CopyIn _, Plan.CopyLocal _, Plan.CopyOut _, Plan.Explain _ -> false;
      case Plan.AtCursor _ -> false;
      case Plan.Control _, Plan.Utility _, Plan.Broadcast _, Plan.Deferred _ -> false;
    };
  }

  /** Goes on when the statement's plan is one of the current catalog. */
  private void replan(PreparedStatement statement, Runnable next) {
    session.occupy();
    runner.plan(
        statement.text(),
        statement.declaredTypes(),
        new PlanAnswer() {
          @Override
          public void planned(CachedPlan plan) {
            replanned(statement, described(plan), next);
          }
        });
  }

  private void replanned(PreparedStatement statement, CachedPlan plan, Runnable next) {
    if (!plan.facts().returnsSameRows(statement.plan().facts())) {
      session.extendedError(
          ErrorFields.of(
              SqlError.notSupported("cached plan must not change result type"), Severity.ERROR));
      return;
    }
    statement.plan(plan);
    next.run();
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
      PreparedStatement statement = statements.required(describe.name());
      List<Integer> types = statement.plan().facts().parameterTypes();
      int[] oids = types.stream().mapToInt(Integer::intValue).toArray();
      BackendEncoder.parameterDescription(session.channel().out(), oids);
      output.describe(statement.plan(), Optional.empty());
      return;
    }
    Portal portal = requiredPortal(describe.name());
    if (answer.held()) {
      answer.describe();
    } else {
      output.describe(portal.plan(), Optional.of(portal.bind()));
    }
  }

  void execute(FrontendDecoder.Execute execute) {
    Portal portal = requiredPortal(execute.portal());
    if (runner.refusesInFailed(portal.plan())) {
      throw StatementRunner.inFailedTransaction();
    }
    output.binaryOids(BinaryOids.of(portal.plan(), portal.bind()));
    if (session.channel().encoding().isPresent()) {
      output.binaryColumns(EncodedFormats.binaryColumns(portal.plan(), portal.bind()));
    }
    if (portal.run().isPresent()) {
      portal.run().get().again(execute.portal(), execute.maxRows());
    } else if (runner.isCurrent(portal.plan())) {
      run(portal, execute.maxRows());
    } else {
      replan(portal.statement(), () -> run(portal, execute.maxRows()));
    }
  }

  private void run(Portal portal, int maxRows) {
    PreparedStatement statement = portal.statement();
    Call.Request request =
        new Call.Request(
            statement.text(),
            Optional.of(portal.bind()),
            keys.keyOf(statement.plan(), statement.text()),
            maxRows,
            session.syncFollows(),
            Optional.empty());
    PortalRun run = new PortalRun(session, runner, output, portal);
    portal.runs(run);
    run.start(request, portal);
  }

  void close(FrontendDecoder.Close close) {
    if (close.kind() == STATEMENT) {
      statements.remove(close.name());
    } else {
      drop(close.name());
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
}
