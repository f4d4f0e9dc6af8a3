package dev.drover.coordinator.txn;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;

/** PostgreSQL's errors about transactions that clients prepare. */
final class PreparedErrors {
  private PreparedErrors() {}

  static ErrorFields inUse(String gid) {
    return shown(
        SqlState.DUPLICATE_OBJECT,
        "transaction identifier \"%s\" is already in use".formatted(gid));
  }

  static ErrorFields doesNotExist(String gid) {
    return shown(
        SqlState.UNDEFINED_OBJECT,
        "prepared transaction with identifier \"%s\" does not exist".formatted(gid));
  }

  static ErrorFields busy(String gid) {
    return shown(
        SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
        "prepared transaction with identifier \"%s\" is busy".formatted(gid));
  }

  /** The connection was lost, and with it the decision: the transaction is still prepared. */
  static ErrorFields undecided(String gid) {
    return ErrorFields.of(
        SqlError.of(SqlState.CONNECTION_FAILURE, "the connection to the catalog node was lost")
            .withDetail("The transaction \"%s\" is still prepared.".formatted(gid)),
        Severity.ERROR);
  }

  static ErrorFields notOwner() {
    return ErrorFields.of(
        SqlError.of(
                SqlState.INSUFFICIENT_PRIVILEGE, "permission denied to finish prepared transaction")
            .withHint("Must be superuser or the user that prepared the transaction."),
        Severity.ERROR);
  }

  private static ErrorFields shown(SqlState state, String message) {
    return ErrorFields.of(SqlError.of(state, message), Severity.ERROR);
  }
}
