package dev.drover.coordinator.txn;

import static java.util.stream.Collectors.joining;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.List;

/** What clients are told of transactions that did not end as they should. */
final class TransactionErrors {
  private TransactionErrors() {}

  static ErrorFields outcomeUnknown() {
    return shown(
        SqlError.of(
                SqlState.TRANSACTION_RESOLUTION_UNKNOWN,
                "the connection to a node was lost during commit")
            .withDetail("Whether the transaction was committed is not known."));
  }

  static ErrorFields decidedByOthers() {
    return shown(
        SqlError.of(
                SqlState.TRANSACTION_RESOLUTION_UNKNOWN,
                "the coordinator lost its lease during commit")
            .withDetail("The transaction is being resolved by another process."));
  }

  static ErrorFields leaseLost() {
    return shown(
        SqlError.of(
                SqlState.SERIALIZATION_FAILURE,
                "the coordinator lost its lease during the transaction")
            .withDetail("The transaction was rolled back.")
            .withHint("Run the transaction again."));
  }

  static ErrorFields unwitnessed() {
    return shown(
        SqlError.of(
                SqlState.SERIALIZATION_FAILURE,
                "a connection that the serializable transaction relied on was lost")
            .withDetail("The transaction was rolled back.")
            .withHint("Run the transaction again."));
  }

  static ErrorFields serializablePrepared() {
    return shown(
        SqlError.notSupported(
            "PREPARE TRANSACTION of a SERIALIZABLE transaction that wrote and was on several"
                + " nodes"));
  }

  static ErrorFields rolledBack() {
    return shown(
        SqlError.of(SqlState.IN_FAILED_SQL_TRANSACTION, "the transaction was rolled back"));
  }

  /** A warning: the decision is durable, but these nodes have not heard of it. */
  static ErrorFields notYetOn(List<String> nodes) {
    return notYetOn(nodes, true);
  }

  /** The same of a transaction that a client had prepared. */
  static ErrorFields notYetOn(List<String> nodes, boolean isCommit) {
    String names = nodes.stream().map(name -> "\"" + name + "\"").collect(joining(", "));
    String ended = isCommit ? "committed" : "rolled back";
    String then = isCommit ? "becomes visible" : "is undone";
    return ErrorFields.warning(
            SqlState.WARNING, "the transaction has " + ended + ", but not yet on node " + names)
        .with(
            ErrorFields.DETAIL,
            "What it changed there stays locked, and " + then + " when the node is back.");
  }

  /** Of work that goes on a little after its client has left. */
  static SqlError clientGone() {
    return SqlError.of(SqlState.CONNECTION_DOES_NOT_EXIST, "the client is gone");
  }

  private static ErrorFields shown(SqlError error) {
    return ErrorFields.of(error, Severity.ERROR);
  }
}
