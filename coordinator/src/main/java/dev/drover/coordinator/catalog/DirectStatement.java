package dev.drover.coordinator.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.ClusterCommand.ExecuteDirect;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.SqlParser;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.Update;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What EXECUTE DIRECT runs, and where: a query, on one node as it is there, leaves and all.
 *
 * @param node its id
 */
public record DirectStatement(int node, StatementText text) {
  private static final String SUPERUSER =
      "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER";

  public DirectStatement {
    requireNonNull(text);
  }

  /** What Postgres-XC refuses is refused in its words. */
  public static DirectStatement of(ExecuteDirect direct, CatalogSnapshot catalog) {
    if (direct.nodes().size() > 1) {
      throw SqlError.notSupported(
          "Support for EXECUTE DIRECT on multiple nodes is not available yet");
    }
    String name = direct.nodes().getFirst().text();
    int node =
        catalog
            .node(name)
            .orElseThrow(
                () ->
                    SqlError.of(
                        SqlState.UNDEFINED_OBJECT,
                        "PGXC Node %s: object not defined".formatted(name)))
            .id();
    byte[] utf8 = direct.statement().getBytes(UTF_8);
    check(SqlParser.parse(utf8));
    return new DirectStatement(node, StatementText.of(utf8, new ShapeScanner()));
  }

  private static void check(List<ParsedStatement> statements) {
    if (statements.size() != 1) {
      throw SqlError.of(
          SqlState.SYNTAX_ERROR, "EXECUTE DIRECT can only execute one query at a time");
    }
    Statement statement = statements.getFirst().statement();
    if (changesRows(statement)) {
      throw SqlError.notSupported("EXECUTE DIRECT cannot execute DML queries");
    }
    if (!(statement instanceof Statement.Select || statement instanceof Statement.Explain)) {
      throw SqlError.notSupported("EXECUTE DIRECT cannot execute this utility query");
    }
  }

  /** The node itself says what it returns; exactly one of the two is called. */
  void describe(
      BackendPool pool,
      StatementPlanner.Request request,
      Consumer<StatementFacts> described,
      Consumer<ErrorFields> refused) {
    QuietReply superuser = new QuietReply();
    DescribeReply reply =
        new DescribeReply(
            (facts, error) -> {
              Optional<ErrorFields> refusal =
                  notSuperuser(superuser)
                      .or(() -> error.map(e -> e.without(ErrorFields.POSITION)))
                      .or(() -> parameter(facts));
              refusal.ifPresentOrElse(refused, () -> described.accept(ofNode(facts)));
            });
    pool.acquire(
        node,
        request.role(),
        new BackendPool.Request() {
          @Override
          public void acquired(Backend backend) {
            backend.applySettings(request.settings());
            backend.query(SUPERUSER, superuser);
            reply.releaseTo(pool, backend);
            reply.send(backend, text, new int[0]);
          }

          @Override
          public void refused(SqlError error) {
            refused.accept(ErrorFields.of(error, Severity.ERROR));
          }
        });
  }

  private static Optional<ErrorFields> notSuperuser(QuietReply reply) {
    boolean is =
        reply.rows().stream()
            .anyMatch(row -> row.getFirst().filter(v -> v.equals("t")).isPresent());
    return is || !reply.succeeded()
        ? reply.error()
        : Optional.of(
            ErrorFields.of(
                SqlError.of(
                    SqlState.INSUFFICIENT_PRIVILEGE, "must be superuser to use EXECUTE DIRECT"),
                Severity.ERROR));
  }

  private Optional<ErrorFields> parameter(StatementFacts facts) {
    return facts.parameterTypes().isEmpty()
        ? Optional.empty()
        : Optional.of(ErrorFields.of(SqlParser.noParameter(text.utf8()), Severity.ERROR));
  }

  /** The tables' OIDs are the node's own, which the client does not know. */
  private static StatementFacts ofNode(StatementFacts facts) {
    return new StatementFacts(
        List.of(),
        facts.columns().stream().map(column -> column.ofTable(0, 0)).toList(),
        facts.returnsRows());
  }

  /**
   * How it is run: as a write, with all that a commit over several nodes then takes, if it calls
   * what may write.
   */
  public Plan plan(Set<String> volatileFunctions) {
    boolean mayWrite =
        mayWrite(SqlParser.parse(text.utf8()).getFirst().statement(), volatileFunctions);
    return new Plan.AnyNode(SqlText.fixed(text.toString()), List.of(node), mayWrite);
  }

  private static boolean mayWrite(Node part, Set<String> volatileFunctions) {
    boolean calls =
        part instanceof Expr.FunctionCall call && volatileFunctions.contains(call.name().local());
    return calls || part.children().stream().anyMatch(child -> mayWrite(child, volatileFunctions));
  }

  private static boolean changesRows(Node node) {
    return switch (node) {
      case Insert _, Update _, Delete _, Merge _ -> true;
      default -> node.children().stream().anyMatch(DirectStatement::changesRows);
    };
  }
}
