package dev.drover.coordinator.session;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.Question;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.sql.ClusterCommand.CleanConnection;
import dev.drover.planner.sql.Name;
import java.util.List;
import java.util.Optional;

/**
 * CLEAN CONNECTION: closes this coordinator's idle connections to nodes; with FORCE it ends those
 * in use, too.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CleanConnections {
  private static final String TAG = "CLEAN CONNECTION";

  private final Session session;
  private final StatementRunner runner;

  CleanConnections(Session session, StatementRunner runner) {
    this.session = session;
    this.runner = runner;
  }

  void run(Call call, CleanConnection clean) {
    if (runner.transaction().scope() != Transaction.Scope.NONE) {
      throw SqlError.of(
          SqlState.ACTIVE_SQL_TRANSACTION, TAG + " cannot run inside a transaction block");
    }
    if (clean.database().isEmpty() && clean.user().isEmpty()) {
      throw SqlError.of(SqlState.SYNTAX_ERROR, "must define Database name or user name");
    }
    List<Integer> nodes = nodes(call, clean);
    String sql =
        """
        SELECT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER),
          %s IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = %1$s),
          %s IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %2$s)\
        """
            .formatted(literal(clean.database()), literal(clean.user()));
    new Question(runner.transaction().role(), runner.settings(), sql)
        .ask(
            runner.pool(),
            reply -> answered(call, clean, nodes, reply.rows().getFirst()),
            error -> fail(call, error));
  }

  private static String literal(Optional<Name> name) {
    return name.map(n -> SettingsState.literal(n.text()) + "::pg_catalog.name").orElse("NULL");
  }

  /** Coordinators have no connections to each other. */
  private static List<Integer> nodes(Call call, CleanConnection clean) {
    return switch (clean.target()) {
      case ALL -> call.view().snapshot().nodes().stream().map(Node::id).toList();
      case COORDINATOR -> List.of();
      case NODE ->
          clean.nodes().stream()
              .map(
                  name ->
                      call.view()
                          .snapshot()
                          .node(name.text())
                          .orElseThrow(
                              () ->
                                  SqlError.of(
                                      SqlState.UNDEFINED_OBJECT,
                                      "PGXC Node %s: object not defined".formatted(name.text())))
                          .id())
              .toList();
    };
  }

  private void answered(
      Call call, CleanConnection clean, List<Integer> nodes, List<Optional<String>> facts) {
    Optional<SqlError> refusal = refusal(clean, facts);
    if (refusal.isPresent()) {
      runner.transaction().fail();
      call.failed(refusal.get());
      return;
    }
    boolean isServed =
        clean.database().filter(d -> !d.text().equals(session.services().database())).isEmpty();
    if (!isServed) {
      call.completed(TAG);
      return;
    }
    session
        .services()
        .pools()
        .closeIdle(nodes::contains, role -> isMeant(clean, role))
        .whenComplete(
            (_, _) ->
                session
                    .channel()
                    .loop()
                    .execute(() -> end(call, clean, clean.force() ? nodes : List.of())));
  }

  private static boolean isMeant(CleanConnection clean, String role) {
    return clean.user().isPresent()
        ? clean.user().get().text().equals(role)
        : !role.equals(InDoubtFinisher.DROVER_ROLE);
  }

  private static Optional<SqlError> refusal(CleanConnection clean, List<Optional<String>> facts) {
    if (isFalse(facts.get(0))) {
      return Optional.of(
          SqlError.of(
              SqlState.INSUFFICIENT_PRIVILEGE, "must be superuser to clean pool connections"));
    }
    if (isFalse(facts.get(1))) {
      return Optional.of(
          SqlError.of(
              SqlState.INVALID_CATALOG_NAME,
              "database \"%s\" does not exist".formatted(clean.database().orElseThrow().text())));
    }
    return isFalse(facts.get(2))
        ? Optional.of(
            SqlError.of(
                SqlState.UNDEFINED_OBJECT,
                "role \"%s\" does not exist".formatted(clean.user().orElseThrow().text())))
        : Optional.empty();
  }

  private static boolean isFalse(Optional<String> value) {
    return value.filter(v -> v.equals("t")).isEmpty();
  }

  /** One node after the other. */
  private void end(Call call, CleanConnection clean, List<Integer> nodes) {
    if (nodes.isEmpty()) {
      call.completed(TAG);
      return;
    }
    String sql =
        """
        SELECT count(pg_catalog.pg_terminate_backend(a.pid))
        FROM drover.session s JOIN pg_catalog.pg_stat_get_activity(NULL) a
            ON a.pid = s.pid AND a.backend_start = s.backend_start
          JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
        WHERE s.coordinator = %d AND r.rolname <> 'drover'
          AND r.rolname = coalesce(%s, r.rolname)\
        """
            .formatted(
                session.services().transactions().global().coordinatorId(), literal(clean.user()));
    runner
        .pool()
        .acquire(
            nodes.getFirst(),
            InDoubtFinisher.DROVER_ROLE,
            new BackendPool.Request() {
              @Override
              public void acquired(Backend backend) {
                backend.query(
                    sql,
                    new QuietReply(
                        reply -> {
                          runner.pool().release(backend);
                          ended(call, clean, nodes, reply);
                        }));
                backend.link().flush();
              }

              @Override
              public void refused(SqlError error) {
                runner.transaction().fail();
                call.failed(error);
              }
            });
  }

  private void ended(Call call, CleanConnection clean, List<Integer> nodes, QuietReply reply) {
    if (reply.error().isPresent()) {
      fail(call, reply.error().get());
    } else if (reply.lost().isPresent()) {
      runner.transaction().fail();
      call.failed(reply.lost().get());
    } else {
      end(call, clean, nodes.subList(1, nodes.size()));
    }
  }

  private void fail(Call call, ErrorFields error) {
    runner.transaction().fail();
    call.failed(error);
  }
}
