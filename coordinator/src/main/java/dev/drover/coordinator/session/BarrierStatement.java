package dev.drover.coordinator.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Question;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.snapshot.Barrier;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionServices;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.sql.ClusterCommand.CreateBarrier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CREATE BARRIER: checks, and names of its own for barriers without one.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class BarrierStatement {
  /** PostgreSQL's MAXFNAMELEN, less the terminator. */
  private static final int MAX_NAME_BYTES = 63;

  /** Barriers that Drover names are tried again, under another name. */
  private static final int MAX_TRIES = 20;

  private static final String FACTS =
      "SELECT rolsuper, pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC',"
          + " 'YYYYMMDD_HH24MISS_US') FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER";

  private final StatementRunner runner;

  BarrierStatement(StatementRunner runner) {
    this.runner = runner;
  }

  void run(Call call, CreateBarrier create) {
    if (runner.transaction().scope() != Transaction.Scope.NONE) {
      throw SqlError.of(
          SqlState.ACTIVE_SQL_TRANSACTION, "CREATE BARRIER cannot run inside a transaction block");
    }
    if (create.id().filter(id -> id.getBytes(UTF_8).length > MAX_NAME_BYTES).isPresent()) {
      throw SqlError.of(
          SqlState.INVALID_PARAMETER_VALUE,
          "value too long for restore point (maximum %d characters)".formatted(MAX_NAME_BYTES));
    }
    new Question(runner.transaction().role(), runner.settings(), FACTS)
        .ask(
            runner.pool(),
            reply -> {
              List<Optional<String>> facts = reply.rows().getFirst();
              if (facts.get(0).filter(v -> v.equals("t")).isEmpty()) {
                fail(call, notSuperuser());
              } else {
                attempt(call, create.id(), "barrier_" + facts.get(1).orElseThrow(), 1);
              }
            },
            error -> fail(call, error));
  }

  private static ErrorFields notSuperuser() {
    return ErrorFields.of(
        SqlError.of(SqlState.INSUFFICIENT_PRIVILEGE, "must be superuser to create a barrier"),
        Severity.ERROR);
  }

  private void attempt(Call call, Optional<String> id, String ownName, int number) {
    String name = id.orElse(ownName + "_" + number);
    List<Integer> nodes = new ArrayList<>();
    nodes.add(Node.CATALOG_ID);
    call.view().snapshot().nodes().stream()
        .map(Node::id)
        .filter(node -> node != Node.CATALOG_ID)
        .forEach(nodes::add);
    TransactionServices services = runner.transaction().services();
    new Barrier(
            services.loop(),
            services.moments(),
            services.pool(),
            InDoubtFinisher.DROVER_ROLE,
            SettingsState.literal(name))
        .create(
            nodes,
            error -> {
              boolean isMissed =
                  error
                      .filter(e -> e.sqlState().equals(SqlState.SERIALIZATION_FAILURE.code()))
                      .isPresent();
              if (isMissed && id.isEmpty() && number < MAX_TRIES) {
                attempt(call, id, ownName, number + 1);
              } else if (error.isPresent()) {
                fail(call, error.get());
              } else {
                call.completed("BARRIER " + name);
              }
            });
  }

  private void fail(Call call, ErrorFields error) {
    runner.transaction().fail();
    call.failed(error);
  }
}
