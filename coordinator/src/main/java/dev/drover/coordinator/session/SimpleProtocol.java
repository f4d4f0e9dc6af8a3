package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.output.ClientOutput;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.Characters;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.SqlParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The Query message: one or more statements in one text, which are one transaction.
 *
 * <p>Source: PostgreSQL 18 manual, 53.2.2 "Simple Query".
 *
 * <p>Threads: confined to the session's event loop.
 */
final class SimpleProtocol implements StatementPlanner.Answer, Call.Listener {
  private static final int[] NO_TYPES = {};
  private static final boolean[] NO_BINARY = {};

  /** One statement is the whole text. */
  private static final int[] ONE_START = {0};

  private final Session session;
  private final StatementRunner runner;
  private final ClientOutput output;
  private final Call.CallContext context;
  private final ShapeScanner scanner = new ShapeScanner();
  private final ClientTexts clientTexts;
  private List<StatementText> texts = List.of();
  private int next;
  private int[] starts = ONE_START;

  SimpleProtocol(Session session, StatementRunner runner, ClientOutput output) {
    this.session = session;
    this.runner = runner;
    this.output = output;
    this.context = new Call.CallContext(this, runner, session.services().exec());
    this.clientTexts = new ClientTexts(runner.settingsTracker(), output);
  }

  void query(byte[] received) {
    session.occupy();
    byte[] utf8 = clientTexts.read(received);
    session.established().extended().forgetUnnamed();
    scanner.scan(utf8, 0, utf8.length);
    next = 0;
    starts = ONE_START;
    texts =
        scanner.hasSeveralStatements() || !scanner.isRegular()
            ? split(utf8)
            : List.of(StatementText.scanned(utf8, scanner));
    nextStatement();
  }

  /** Each statement becomes a text of its own, so that plans are found whatever stands beside. */
  private List<StatementText> split(byte[] utf8) {
    List<StatementText> result = new ArrayList<>();
    List<ParsedStatement> statements = SqlParser.parse(utf8);
    starts = startsOf(statements, utf8);
    for (ParsedStatement statement : statements) {
      byte[] text = Arrays.copyOfRange(utf8, statement.span().start(), statement.span().end());
      result.add(StatementText.of(text, scanner));
    }
    return result.isEmpty() ? List.of(StatementText.of(new byte[0], scanner)) : result;
  }

  /** The characters in front of each. */
  private static int[] startsOf(List<ParsedStatement> statements, byte[] utf8) {
    return statements.isEmpty()
        ? ONE_START
        : statements.stream().mapToInt(s -> Characters.count(utf8, s.span().start())).toArray();
  }

  private void nextStatement() {
    runner.planProven(texts.get(next), NO_TYPES, SimpleProtocol::describesFirst, this);
  }

  /** Where rows move the client has its columns before a node sees the literals. */
  private static boolean describesFirst(Plan plan) {
    return plan instanceof Plan.Fragments;
  }

  @Override
  public void planned(CachedPlan plan) {
    if (runner.refusesInFailed(plan)) {
      refused(StatementRunner.inFailedTransaction());
      return;
    }
    if (!plan.facts().parameterTypes().isEmpty() && !isGeneric(plan.plan())) {
      refused(SqlParser.noParameter(texts.get(next).utf8()));
      return;
    }
    output.binaryColumns(NO_BINARY);
    output.binaryOids(Optional.empty());
    boolean alone = texts.size() == 1;
    Call.Request request =
        new Call.Request(texts.get(next), Optional.empty(), 0, 0, alone, Optional.empty());
    runner.run(new Call(request, plan, runner.transaction(), output, context));
  }

  /** EXPLAIN (GENERIC_PLAN) is for texts whose parameters have no values. */
  private static boolean isGeneric(Plan plan) {
    return plan instanceof Plan.Explain explain && explain.options().generic();
  }

  @Override
  public void refused(SqlError error) {
    refused(ErrorFields.of(error, Severity.ERROR));
  }

  @Override
  public void refused(ErrorFields error) {
    runner.transaction().fail();
    failed(inWholeText(error));
  }

  @Override
  public void completed(Call call, String tag) {
    next++;
    if (next < texts.size()) {
      output.commandComplete(tag);
      nextStatement();
      return;
    }
    runner.endUnit(
        error -> {
          if (error.isPresent()) {
            output.error(error.get());
          } else {
            output.commandComplete(tag);
          }
          session.readyForQuery();
        });
  }

  private ErrorFields inWholeText(ErrorFields ofStatement) {
    return ofStatement.moved(position -> position + starts[next]);
  }

  /** The rest of the text is not run. */
  void failed(ErrorFields error) {
    output.error(error);
    if (runner.transaction().scope() == Transaction.Scope.IMPLICIT) {
      runner.transaction().fail();
    }
    runner.endUnit(_ -> session.readyForQuery());
  }

  @Override
  public void failed(Call call, ErrorFields error) {
    failed(inWholeText(error));
  }

  @Override
  public void suspended(Call call) {
    throw new IllegalStateException("a simple query has no row limit");
  }
}
