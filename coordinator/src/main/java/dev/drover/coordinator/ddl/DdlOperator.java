package dev.drover.coordinator.ddl;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.DdlServices;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.metadata.ClusterBootstrap;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.ddl.DdlContext;
import dev.drover.planner.ddl.DdlPlanner;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.ClusterCommand;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.SqlParser;
import dev.drover.planner.sql.Statement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A change of the schema or the cluster: plain sequential steps on a virtual thread, in one
 * transaction over the catalog node, Drover's metadata and the datanodes.
 *
 * <pre>
 * take the cluster's DDL lock (until the transaction ends)
 * plan under the newest catalog
 * run the steps: the catalog node first, then the datanodes
 * read the transaction's private view
 * </pre>
 *
 * <p>A statement that is a transaction of its own waits only shortly for table locks, lets go of
 * everything, and tries again: so it cannot be part of a deadlock.
 *
 * <p>Threads: its own virtual thread; results are handed over on the session's event loop.
 */
public final class DdlOperator implements Operator {
  private static final Logger LOG = LoggerFactory.getLogger(DdlOperator.class);

  /** As {@link ClusterBootstrap#SCHEMA_LOCK}. */
  public static final long LOCK = ClusterBootstrap.SCHEMA_LOCK;

  /** After these, the sizes of tables are collected anew, under a lock that others may hold. */
  private static final Set<String> COUNTING = Set.of("ANALYZE", "VACUUM");

  private static final int MAX_TRIES = 100;
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Call call;
  private final Statement statement;
  private final DdlSession session;
  private final DdlServices services;
  private final BlockingTransaction blocking;
  private boolean retryable;
  private int failingNode = Node.CATALOG_ID;

  public DdlOperator(Call call, Statement statement, DdlSession session) {
    this.call = call;
    this.statement = statement;
    this.session = session;
    this.services = call.services().ddl();
    this.blocking = new BlockingTransaction(call.transaction());
  }

  @Override
  public void start() {
    refuseWithin();
    retryable =
        call.transaction().scope() == Transaction.Scope.NONE
            || (call.transaction().scope() == Transaction.Scope.IMPLICIT
                && call.transaction().participants().isEmpty());
    openScope();
    services.blocking().execute(() -> run(1));
  }

  /** A job begins when the statement is committed. */
  private void refuseWithin() {
    boolean startsJob = statement instanceof Definition.AlterTable alter && alter.concurrently();
    if (startsJob
        && (call.transaction().scope() != Transaction.Scope.NONE || !call.request().alone())) {
      throw SqlError.of(
          SqlState.ACTIVE_SQL_TRANSACTION,
          "ALTER TABLE ... CONCURRENTLY cannot run inside a transaction block");
    }
  }

  private void openScope() {
    boolean opens = call.transaction().scope() == Transaction.Scope.NONE;
    call.openScope(false);
    boolean reads =
        statement instanceof Definition.CreateTableAs || statement instanceof Statement.SelectInto;
    if (opens && call.request().alone() && !reads) {
      call.transaction().view().changesSchemaOnly();
    }
  }

  private void run(int attempt) {
    try {
      attempt();
    } catch (ServerError e) {
      boolean lockTaken =
          e.fields().sqlState().equals(SqlState.LOCK_NOT_AVAILABLE.code())
              || StatementError.routeChanged(call, e.fields());
      if (lockTaken && retryable && attempt < MAX_TRIES) {
        tryAgain(attempt + 1);
      } else {
        fail(e.fields());
      }
    } catch (SqlError e) {
      fail(ErrorFields.of(e, Severity.ERROR));
    } catch (RuntimeException e) {
      LOG.error("event=ddl_failed", e);
      fail(
          ErrorFields.of(
              SqlError.of(SqlState.INTERNAL_ERROR, "internal error: " + e), Severity.ERROR));
    }
  }

  private void tryAgain(int attempt) {
    CompletableFuture<Void> rolledBack = new CompletableFuture<>();
    blocking.onLoop(() -> session.restart(() -> rolledBack.complete(null)));
    rolledBack.join();
    LockSupport.parkNanos(PAUSE.toNanos());
    CompletableFuture<Void> begun = new CompletableFuture<>();
    blocking.onLoop(
        () -> {
          openScope();
          begun.complete(null);
        });
    begun.join();
    run(attempt);
  }

  private void attempt() {
    failingNode = Node.CATALOG_ID;
    if (statement instanceof ClusterCommand.CreateNode && session.changes().isPresent()) {
      throw SqlError.of(
          SqlState.ACTIVE_SQL_TRANSACTION,
          "CREATE NODE cannot follow a change of the schema in the same transaction");
    }
    Participant catalog = blocking.join(Node.CATALOG_ID);
    if (changesSchema()) {
      blocking.query(catalog, "SELECT pg_catalog.pg_advisory_xact_lock(" + LOCK + ")");
    }
    if (retryable) {
      blocking.query(catalog, DdlSteps.LOCK_TIMEOUT);
    }
    CatalogView view = session.withTemporary(newestView());
    Plan plan = DdlPlanner.plan(parsed(), call.text().utf8(), context(catalog, view));
    switch (plan) {
      case Plan.Utility utility -> {
        finish(utility, runSteps(utility));
      }
      case Plan.Broadcast broadcast -> broadcast(broadcast);
      default -> runPlan(plan);
    }
  }

  private DdlSteps runSteps(Plan.Utility plan) {
    DdlSteps steps = new DdlSteps(call, blocking, retryable);
    try {
      steps.run(plan.steps(), statement instanceof Definition.LockTable);
    } finally {
      failingNode = steps.node();
    }
    return steps;
  }

  private ParsedStatement parsed() {
    return SqlParser.parse(call.text().utf8()).getFirst();
  }

  /** TRUNCATE and LOCK change rows and locks only: the catalog stays as it is. */
  private boolean changesSchema() {
    return !(statement instanceof Definition.Truncate
        || statement instanceof Definition.LockTable
        || DdlPlanner.makesTemporary(statement)
        || isMaintenance());
  }

  private boolean isMaintenance() {
    return statement instanceof Statement.Utility utility
        && List.of("VACUUM", "ANALYZE", "CHECKPOINT").contains(utility.kind());
  }

  private CatalogView newestView() {
    Optional<DdlChanges> changes = session.changes();
    if (changes.isPresent()) {
      return changes.get().view();
    }
    CompletableFuture<CatalogView> current = new CompletableFuture<>();
    services
        .catalog()
        .whenCurrent(
            call.transaction().services().loop(),
            current::complete,
            current::completeExceptionally);
    return BlockingTransaction.join(current);
  }

  private DdlContext context(Participant catalog, CatalogView view) {
    boolean superuser =
        single(
                blocking.query(
                    catalog,
                    "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER"))
            .equals("t");
    List<String> schemas =
        blocking
            .query(catalog, "SELECT pg_catalog.unnest(pg_catalog.current_schemas(true))")
            .rows()
            .stream()
            .map(row -> row.getFirst().orElse(""))
            .toList();
    String temporarySchema =
        single(
            blocking.query(
                catalog,
                "SELECT nspname FROM pg_catalog.pg_namespace"
                    + " WHERE oid = pg_catalog.pg_my_temp_schema()"));
    return new DdlContext(
        view.snapshot(),
        schemas,
        temporarySchema,
        superuser,
        new TransactionProbe(blocking, view, services, call.cached().facts().parameterTypes()));
  }

  static String single(QuietReply reply) {
    return reply.rows().isEmpty() ? "" : reply.rows().getFirst().getFirst().orElse("");
  }

  private void finish(Plan.Utility plan, DdlSteps steps) {
    Optional<DdlChanges> changes = changesSchema() ? Optional.of(changes(plan)) : Optional.empty();
    blocking.onLoop(
        () -> {
          changes.ifPresent(session::changed);
          if (DdlPlanner.makesTemporary(statement)) {
            call.transaction().pinCatalog();
            call.transaction().temporaryUse().note();
          }
          for (String notice : plan.notices()) {
            call.output().notice(ErrorFields.notice(steps.fill(notice)));
          }
          if (plan.then().isPresent()) {
            continueWith(plan.then().get(), plan.tag());
          } else {
            call.completed(plan.tag());
          }
        });
  }

  private DdlChanges changes(Plan.Utility plan) {
    boolean movesRows =
        plan.steps().stream().anyMatch(CarryRows.class::isInstance)
            || session.changes().filter(c -> c.extent() == DdlChanges.Extent.ROWS).isPresent();
    DdlChanges.Extent extent = movesRows ? DdlChanges.Extent.ROWS : DdlChanges.Extent.SCHEMA;
    return new DdlChanges(services, blocking.loadView(services), extent);
  }

  private void continueWith(Plan then, String tag) {
    if (then instanceof Plan.Deferred(String sql)) {
      byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
      StatementText text = StatementText.of(utf8, new ShapeScanner());
      List<Integer> types = call.cached().facts().parameterTypes();
      session.plan(text, types, new DeferredStatement(call, text, tag));
    } else {
      runOnLoop(then);
    }
  }

  private void runPlan(Plan plan) {
    blocking.onLoop(() -> runOnLoop(plan));
  }

  private void runOnLoop(Plan plan) {
    if (plan instanceof Plan.Local) {
      call.transaction().temporaryUse().note();
    }
    CachedPlan cached = new CachedPlan(session.view(), plan, call.cached().facts(), Map.of());
    try {
      call.services().operators().of(call.planned(cached)).start();
    } catch (SqlError e) {
      call.transaction().fail();
      call.failed(e);
    }
  }

  private void broadcast(Plan.Broadcast plan) {
    String sql = new Rendering(call, List.of(), new int[0]).string(plan.text());
    List<Integer> nodes = new ArrayList<>(plan.nodes());
    if (plan.catalogToo()) {
      nodes.addFirst(Node.CATALOG_ID);
    }
    if (call.transaction().scope() == Transaction.Scope.EXPLICIT) {
      broadcastWithin(plan.tag(), nodes, sql);
      return;
    }
    blocking.outside(
        nodes,
        call.settings(),
        sql,
        (node, reply) ->
            reply
                .error()
                .ifPresent(
                    e -> {
                      throw new ServerError(e);
                    }));
    if (COUNTING.contains(plan.tag())) {
      BlockingTransaction.join(services.refreshStatistics().toCompletableFuture());
    }
    blocking.onLoop(() -> call.completed(plan.tag()));
  }

  /** ANALYZE counts the transaction's own rows too; the others take no part in one. */
  private void broadcastWithin(String tag, List<Integer> nodes, String sql) {
    if (tag.equals("VACUUM")) {
      throw SqlError.of(
          SqlState.ACTIVE_SQL_TRANSACTION, tag + " cannot run inside a transaction block");
    }
    for (int node : nodes) {
      failingNode = node;
      blocking.query(blocking.join(node), sql);
    }
    blocking.onLoop(() -> call.completed(tag));
  }

  private void fail(ErrorFields error) {
    int node = failingNode;
    blocking.onLoop(
        () -> {
          call.transaction().fail();
          ErrorFields known = node == Node.CATALOG_ID ? error : error.without(ErrorFields.POSITION);
          call.failed(DeclaredName.in(statement, StatementError.of(call, known, node)));
        });
  }
}
