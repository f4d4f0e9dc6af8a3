package dev.drover.coordinator.exec;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;

/**
 * A server's error as the client of the call is shown it. Its position, if any, is already one in
 * the call's text.
 */
public final class StatementError {
  private StatementError() {}

  public static ErrorFields of(Call call, ErrorFields fromServer, int node) {
    boolean cancelled = fromServer.sqlState().equals(SqlState.QUERY_CANCELED.code());
    if (cancelled && call.transaction().waits().takeVictim()) {
      SqlError deadlock =
          SqlError.of(SqlState.DEADLOCK_DETECTED, "deadlock detected")
              .withDetail("The transaction waited for another one over several nodes.")
              .withHint("Run the transaction again.");
      return ErrorFields.of(deadlock, Severity.ERROR);
    }
    if (node == Node.CATALOG_ID) {
      return fromServer;
    }
    if (TableChanges.mayCause(fromServer)
        && !TableChanges.none(call.cached(), call.services().ddl().catalog())) {
      return ErrorFields.of(call.changedMeanwhile(), Severity.ERROR);
    }
    return call.services().errors().translate(fromServer, call.view(), node);
  }

  /**
   * Nobody but a change of the schema that was being committed meanwhile has cancelled it, because
   * it had been routed to where rows were before.
   */
  public static boolean routeChanged(Call call, ErrorFields fromServer) {
    return fromServer.sqlState().equals(SqlState.QUERY_CANCELED.code())
        && fromServer.message().equals("canceling statement due to user request")
        && !call.transaction().waits().clientCancels()
        && !call.services().ddl().catalog().isCurrent(call.view());
  }

  public static ErrorFields notice(Call call, ErrorFields fromServer, int node) {
    return call.services().errors().translate(fromServer, call.view(), node);
  }
}
