package dev.drover.coordinator.session;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.QualifiedName;
import dev.drover.planner.sql.TransactionCommand.SetConstraints;
import java.util.Optional;

/**
 * SET CONSTRAINTS: the catalog node knows every constraint, and says what is wrong; then all others
 * that take part, and that will.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ConstraintModes {
  private static final String TAG = "SET CONSTRAINTS";

  private final StatementRunner runner;
  private final Transaction transaction;
  private final CatalogSnapshot catalog;

  ConstraintModes(StatementRunner runner) {
    this.runner = runner;
    this.transaction = runner.transaction();
    this.catalog = runner.view().snapshot();
  }

  void set(Call call, SetConstraints set) {
    if (transaction.scope() == Transaction.Scope.NONE) {
      call.output()
          .notice(
              ErrorFields.warning(
                  SqlState.NO_ACTIVE_SQL_TRANSACTION,
                  TAG + " can only be used in transaction blocks"));
      call.openScope(false);
    }
    Optional<QualifiedName> ofLeaves = set.names().stream().filter(this::isOfLeaves).findFirst();
    if (ofLeaves.isPresent()) {
      fail(
          call,
          SqlError.notSupported(
                  "SET CONSTRAINTS of foreign key \"%s\" between tables with leaves is not supported yet"
                      .formatted(ofLeaves.get().local()))
              .withHint("SET CONSTRAINTS ALL includes it."));
      return;
    }
    transaction.join(
        Node.CATALOG_ID,
        new Transaction.Joining() {
          @Override
          public void joined(Participant participant) {
            transaction.replay().setConstraints(call.text().toString(), error -> done(call, error));
          }

          @Override
          public void refused(SqlError error) {
            fail(call, error);
          }
        });
  }

  /** Such a foreign key has another name on each leaf. */
  private boolean isOfLeaves(QualifiedName name) {
    return catalog.relations().stream()
        .filter(ConstraintModes::hasLeaves)
        .flatMap(r -> r.foreignKeys().stream())
        .filter(key -> key.name().equals(name.local()))
        .anyMatch(
            key ->
                catalog
                    .relation(key.referencedOid())
                    .map(ConstraintModes::hasLeaves)
                    .orElse(false));
  }

  private static boolean hasLeaves(Relation relation) {
    return relation.distribution() instanceof Distribution.Hash
        || relation.distribution() instanceof Distribution.Modulo;
  }

  private void done(Call call, Optional<ErrorFields> error) {
    if (error.isPresent()) {
      transaction.fail();
      call.failed(runner.inUserNames(error.get()));
    } else {
      call.completed(TAG);
    }
  }

  private void fail(Call call, SqlError error) {
    transaction.fail();
    call.failed(error);
  }
}
