package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Question;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.Characters;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.ExplainOptions;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.ShapeScanner;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * PREPARE, EXECUTE and DEALLOCATE. A statement prepared by SQL and one prepared by the protocol are
 * the same thing.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class SqlPreparedStatements {
  private final Session session;
  private final StatementRunner runner;
  private final ShapeScanner scanner = new ShapeScanner();

  SqlPreparedStatements(Session session, StatementRunner runner) {
    this.session = session;
    this.runner = runner;
  }

  void prepare(Call call, SessionCommand.Prepare prepare) {
    byte[] whole = call.text().utf8();
    byte[] inner =
        Arrays.copyOfRange(
            whole, prepare.statement().span().start(), prepare.statement().span().end());
    int before = Characters.count(whole, prepare.statement().span().start());
    String name = prepare.name().text();
    if (session.established().extended().statements().find(name).isPresent()) {
      fail(
          call,
          SqlError.of(
              SqlState.DUPLICATE_PREPARED_STATEMENT,
              "prepared statement \"" + name + "\" already exists"));
      return;
    }
    StatementText text = StatementText.of(inner, scanner);
    declaredTypes(
        prepare.types().stream().map(t -> t.span().of(whole)).toList(),
        types ->
            runner.planProven(
                text,
                types,
                _ -> true,
                new StatementPlanner.Answer() {
                  @Override
                  public void planned(CachedPlan plan) {
                    session
                        .established()
                        .extended()
                        .statements()
                        .add(new PreparedStatement(name, text, types, plan));
                    call.completed("PREPARE");
                  }

                  @Override
                  public void refused(SqlError error) {
                    refused(ErrorFields.of(error, Severity.ERROR));
                  }

                  @Override
                  public void refused(ErrorFields error) {
                    runner.transaction().fail();
                    call.failed(error.moved(position -> position + before));
                  }
                }),
        error -> {
          runner.transaction().fail();
          call.failed(error);
        });
  }

  void execute(Call call, SessionCommand.Execute execute) {
    PreparedStatement statement = required(execute);
    new SqlExecute(runner, call, statement, statement.plan(), execute).start();
  }

  /** With the arguments bound, what the statement would do is explained. */
  void explain(Call call, SessionCommand.Execute execute, ExplainOptions options) {
    PreparedStatement statement = required(execute);
    CachedPlan known = statement.plan();
    StatementFacts facts =
        new StatementFacts(known.facts().parameterTypes(), call.cached().facts().columns());
    Plan explain = new Plan.Explain(known.plan(), options, known.facts());
    CachedPlan plan = new CachedPlan(known.view(), explain, facts, Map.of());
    new SqlExecute(runner, call, statement, plan, execute).start();
  }

  private PreparedStatement required(SessionCommand.Execute execute) {
    String name = execute.name().text();
    return session
        .established()
        .extended()
        .statements()
        .find(name)
        .orElseThrow(() -> missing(name));
  }

  void deallocate(Call call, SessionCommand.Deallocate deallocate) {
    if (deallocate.name().isEmpty()) {
      session.established().extended().statements().removeAll();
      call.completed("DEALLOCATE ALL");
      return;
    }
    String name = deallocate.name().get().text();
    if (!session.established().extended().statements().remove(name)) {
      throw missing(name);
    }
    call.completed("DEALLOCATE");
  }

  private static SqlError missing(String name) {
    return SqlError.of(
        SqlState.INVALID_SQL_STATEMENT_NAME, "prepared statement \"" + name + "\" does not exist");
  }

  private void fail(Call call, SqlError error) {
    runner.transaction().fail();
    call.failed(error);
  }

  /** The OIDs on the catalog node of types written as SQL. */
  private void declaredTypes(
      List<String> names, Consumer<int[]> found, Consumer<ErrorFields> failed) {
    if (names.isEmpty()) {
      found.accept(new int[0]);
      return;
    }
    String sql =
        names.stream()
            .map(n -> "(" + SettingsState.literal(n) + ")::pg_catalog.regtype::pg_catalog.oid")
            .collect(Collectors.joining(", ", "SELECT ", ""));
    new Question(runner.transaction().role(), runner.settingsTracker().effective(), sql)
        .ask(
            runner.pool(),
            reply ->
                found.accept(
                    reply.rows().getFirst().stream()
                        .mapToInt(v -> Integer.parseUnsignedInt(v.orElseThrow()))
                        .toArray()),
            failed);
  }
}
