package dev.drover.coordinator.catalog;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.settings.DroverSettings;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.context.LiteralRead;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SearchPath;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.route.Routed;
import dev.drover.planner.route.Router;
import dev.drover.planner.sql.ClusterCommand;
import dev.drover.planner.sql.CursorCommand;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.SqlParser;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.TransactionCommand;
import dev.drover.planner.sql.Update;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a text to a plan: the cache, else parse, ask the catalog node what the statement is, route.
 *
 * <p>A new shape costs one Parse and Describe on the catalog node, which also finds the statement's
 * errors as PostgreSQL itself would.
 *
 * <p>Threads: confined to its event loop.
 */
public final class StatementPlanner {
  private static final Logger LOG = LoggerFactory.getLogger(StatementPlanner.class);
  private static final StatementFacts NO_FACTS = new StatementFacts(List.of(), List.of());

  /** Told once. */
  public interface Answer {
    void planned(CachedPlan plan);

    void refused(SqlError error);

    void refused(ErrorFields error);
  }

  /**
   * What decides a plan besides the catalog.
   *
   * @param parameterTypes declared OIDs; 0 for those that PostgreSQL is to infer
   * @param role whose connections are used
   * @param actingRole as whom it runs
   * @param inTransaction within a transaction block of the client
   * @param catalog the transaction's own connection to the catalog node, when only that one sees
   *     the schema
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Request(
      StatementText text,
      int[] parameterTypes,
      SearchPath path,
      String role,
      String actingRole,
      SettingsState settings,
      boolean inTransaction,
      Optional<Backend> catalog) {}

  private static final int TEXT_OID = 25;

  private final PlanCache cache = new PlanCache();
  private final PlanCache transactionCache = new PlanCache();
  private final ProvenTexts proven = new ProvenTexts();
  private final BackendPool pool;

  public StatementPlanner(BackendPool pool) {
    this.pool = pool;
  }

  /** The plan of a shape that was planned before under this view. */
  public Optional<CachedPlan> known(Request request, CatalogView view) {
    return view.shared() ? cacheFor(request).find(view, request) : Optional.empty();
  }

  /** Makes a plan; the answer may come when the view is not the newest any more. */
  public void plan(Request request, CatalogView view, Answer answer) {
    try {
      ParsedStatement parsed = parse(request.text());
      Optional<String> own = ownSetting(parsed.statement());
      if (own.isPresent()) {
        FieldDescription column = FieldDescription.of(own.get(), TEXT_OID, -1);
        StatementFacts shown = new StatementFacts(List.of(), List.of(column));
        answer.planned(control(view, parsed.statement(), shown));
      } else if (parsed.statement() instanceof ClusterCommand.ExecuteDirect direct) {
        DirectStatement statement = DirectStatement.of(direct, view.snapshot());
        statement.describe(
            pool, request, facts -> answer.planned(control(view, direct, facts)), answer::refused);
      } else if (describesItself(parsed.statement())) {
        askFacts(request, view, parsed, answer);
      } else if (isControl(parsed.statement())) {
        CachedPlan control = control(view, parsed.statement(), NO_FACTS);
        if (parsed.statement() instanceof TransactionCommand
            && request.text().literalCount() == 0) {
          keep(request, control);
        }
        answer.planned(control);
      } else if (hasFacts(parsed.statement())) {
        askFacts(request, view, parsed, answer);
      } else {
        finish(request, view, parsed, NO_FACTS, answer);
      }
    } catch (SqlError error) {
      answer.refused(error);
    }
  }

  /**
   * Whether the text's own literals are good, which a plan made for another text of the shape does
   * not say: PostgreSQL finds their errors when a statement is prepared, not when it runs.
   */
  void prove(Request request, CachedPlan plan, Answer answer) {
    if (!plan.view().shared() || proven.has(request, plan)) {
      answer.planned(plan);
      return;
    }
    ParsedStatement parsed = parse(request.text());
    if (!hasFacts(parsed.statement()) || isControl(parsed.statement())) {
      answer.planned(plan);
      return;
    }
    describe(
        request,
        parsed,
        answer,
        _ -> {
          proven.add(request, plan);
          answer.planned(plan);
        });
  }

  /** A defect of the planner costs the statement, not the session. */
  private static SqlError internal(RuntimeException defect) {
    LOG.error("event=planning_failed", defect);
    return SqlError.of(SqlState.INTERNAL_ERROR, "internal error while planning: " + defect);
  }

  private PlanCache cacheFor(Request request) {
    return request.inTransaction() ? transactionCache : cache;
  }

  private static ParsedStatement parse(StatementText text) {
    List<ParsedStatement> statements = SqlParser.parse(text.utf8());
    if (statements.isEmpty()) {
      Statement empty = new Statement.Empty(new Span(0, 0));
      return new ParsedStatement(empty, empty.span(), 0, 0, 0, false, List.of());
    }
    return statements.getFirst();
  }

  /** What the session or the DDL engine carries out; only transaction commands are cached. */
  private static boolean isControl(Statement statement) {
    return switch (statement) {
      case Statement.Select _, Statement.Copy _, Statement.Explain _ -> false;
      case Insert _, Update _, Delete _, Merge _ -> false;
      case Statement.Call _, Statement.Do _, Statement.Opaque _ -> false;
      default -> true;
    };
  }

  /** SHOW of what no server knows. */
  private static Optional<String> ownSetting(Statement statement) {
    return statement instanceof SessionCommand.Show show
        ? show.name().filter(DroverSettings::isOwn)
        : Optional.empty();
  }

  /** What the session carries out, but only the catalog node can describe. */
  private static boolean describesItself(Statement statement) {
    return statement instanceof SessionCommand.Show
        || statement instanceof CursorCommand.Declare
        || MadeTables.isFilled(statement);
  }

  private static boolean hasFacts(Statement statement) {
    return switch (statement) {
      case Statement.Copy _, Statement.Do _, Statement.Opaque _ -> false;
      default -> true;
    };
  }

  private static CachedPlan control(CatalogView view, Statement statement, StatementFacts facts) {
    return new CachedPlan(view, new Plan.Control(statement), facts, Map.of());
  }

  private void askFacts(Request request, CatalogView view, ParsedStatement parsed, Answer answer) {
    describe(
        request,
        parsed,
        answer,
        facts ->
            finish(request, view, parsed, MadeTables.facts(facts, parsed.statement()), answer));
  }

  /** The catalog node says what it is; its errors go to {@code answer}. */
  private void describe(
      Request request, ParsedStatement parsed, Answer answer, Consumer<StatementFacts> described) {
    DescribeReply reply =
        new DescribeReply(
            (facts, error) ->
                error.ifPresentOrElse(answer::refused, () -> described.accept(facts)));
    Statement statement = parsed.statement();
    StatementText text =
        MadeTables.query(request.text(), statement)
            .orElseGet(() -> ExplainTexts.described(request.text(), statement));
    if (request.catalog().isPresent()) {
      reply.send(request.catalog().get(), text, request.parameterTypes());
      return;
    }
    pool.acquire(
        Node.CATALOG_ID,
        request.role(),
        new BackendPool.Request() {
          @Override
          public void acquired(Backend backend) {
            backend.applySettings(request.settings());
            reply.releaseTo(pool, backend);
            reply.send(backend, text, request.parameterTypes());
          }

          @Override
          public void refused(SqlError error) {
            answer.refused(error);
          }
        });
  }

  private void finish(
      Request request,
      CatalogView view,
      ParsedStatement parsed,
      StatementFacts facts,
      Answer answer) {
    CachedPlan plan;
    try {
      plan = route(request, view, parsed, facts);
    } catch (SqlError error) {
      answer.refused(error);
      return;
    } catch (RuntimeException defect) {
      answer.refused(internal(defect));
      return;
    }
    answer.planned(plan);
  }

  private CachedPlan route(
      Request request, CatalogView view, ParsedStatement parsed, StatementFacts facts) {
    if (isControl(parsed.statement())) {
      return control(view, parsed.statement(), facts);
    }
    Optional<FieldDescription> shown = ExplainTexts.column(parsed.statement());
    RoutingContext context =
        new RoutingContext(
            view.snapshot(),
            request.path(),
            request.text().utf8(),
            facts,
            view.functions(),
            view.types(),
            new RoutingContext.Session(
                request.inTransaction(), view.collationIsC(), request.text().ofCursor()));
    Routed routed = Router.route(parsed, context);
    Map<Integer, String> reads = new HashMap<>();
    for (LiteralRead read : routed.reads()) {
      reads.put(read.ordinal(), read.text());
    }
    StatementFacts answered =
        shown.map(c -> new StatementFacts(facts.parameterTypes(), List.of(c))).orElse(facts);
    CachedPlan plan = new CachedPlan(view, routed.plan(), answered, reads);
    keep(request, plan);
    return plan;
  }

  private void keep(Request request, CachedPlan plan) {
    if (plan.view().shared()) {
      cacheFor(request).put(request, plan);
      proven.add(request, plan);
    }
  }
}
