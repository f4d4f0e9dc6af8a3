package dev.drover.coordinator.ddl;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.DdlServices;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionDefaults;
import dev.drover.coordinator.txn.TransactionServices;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.TransactionCommand.Modes;
import dev.drover.redistribute.change.ClusterChange;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of the catalog that no client asked for by a statement: in one transaction, as schema
 * changes are.
 *
 * <p>Threads: thread-safe; calls block, and their connections live on one event loop.
 */
public record ClusterTransaction(TransactionServices transactions, DdlServices ddl)
    implements ClusterChange {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterTransaction.class);
  private static final Modes NO_MODES =
      new Modes(Optional.empty(), Optional.empty(), Optional.empty());
  private static final String LOCK =
      "SET LOCAL lock_timeout = '2s'; SELECT pg_catalog.pg_advisory_xact_lock(%d)"
          .formatted(DdlOperator.LOCK);

  @Override
  public Outcome run(Work work) throws SQLException {
    Transaction transaction =
        new Transaction(
            transactions,
            InDoubtFinisher.DROVER_ROLE,
            warning -> LOG.warn("event=cluster_change_warning text={}", warning.message()));
    BlockingTransaction blocking = new BlockingTransaction(transaction);
    blocking.await((CompletableFuture<Boolean> future) -> begin(transaction, future));
    BlockingParts parts = new BlockingParts(blocking, ddl);
    boolean worked = false;
    try {
      blocking.query(locked(blocking), LOCK);
      work.run(parts);
      worked = true;
    } catch (ServerError e) {
      return new Outcome.RolledBack(e.fields().sqlState(), e.fields().message());
    } catch (SqlError e) {
      return new Outcome.RolledBack(e.state().code(), String.valueOf(e.getMessage()));
    } finally {
      if (!worked) {
        parts.announced.ifPresent(this::withdraw);
        blocking.await(
            (CompletableFuture<Boolean> future) ->
                transaction.rollback(() -> future.complete(true)));
      }
    }
    return commit(blocking, transaction, parts);
  }

  private static Participant locked(BlockingTransaction blocking) {
    Participant metadata = blocking.joinMetadata();
    metadata.markWrote();
    return metadata;
  }

  private static void begin(Transaction transaction, CompletableFuture<Boolean> begun) {
    transaction.begin(
        Transaction.Scope.IMPLICIT, NO_MODES, SettingsState.DEFAULTS, TransactionDefaults.BUILT_IN);
    transaction.view().changesSchemaOnly();
    begun.complete(true);
  }

  /** When all coordinators have stopped planning by the old catalog. */
  private Outcome commit(
      BlockingTransaction blocking, Transaction transaction, BlockingParts parts) {
    CompletableFuture<Optional<ErrorFields>> ended = new CompletableFuture<>();
    DdlChanges changes = new DdlChanges(ddl, ddl.catalog().view(), parts.extent);
    CompletionStage<Long> announced = parts.announced.orElseGet(ddl::publishBegin);
    blocking.onLoop(() -> changes.commit(transaction, announced, ended::complete));
    Optional<ErrorFields> error = BlockingTransaction.join(ended);
    awaitCurrent();
    if (error.isEmpty()) {
      return new Outcome.Committed();
    }
    String state = error.get().sqlState();
    boolean isUnknown =
        state.equals(SqlState.TRANSACTION_RESOLUTION_UNKNOWN.code()) || state.startsWith("08");
    return isUnknown
        ? new Outcome.Unknown(error.get().message())
        : new Outcome.RolledBack(state, error.get().message());
  }

  /** What was announced comes to nothing. */
  private void withdraw(CompletionStage<Long> announced) {
    var _ = announced.thenAccept(version -> ddl.publishEnd(version, false));
  }

  /** This coordinator's statements go by the new catalog. */
  private void awaitCurrent() {
    CompletableFuture<Optional<CatalogView>> current = new CompletableFuture<>();
    ddl.catalog()
        .whenCurrent(
            transactions.loop(),
            view -> current.complete(Optional.of(view)),
            _ -> current.complete(Optional.empty()));
    BlockingTransaction.join(current);
  }

  /** Used under the lock of schema changes. */
  private static final class BlockingParts implements Parts {
    private final BlockingTransaction transaction;
    private final DdlServices ddl;
    private Optional<CompletionStage<Long>> announced = Optional.empty();
    private DdlChanges.Extent extent = DdlChanges.Extent.SCHEMA;

    BlockingParts(BlockingTransaction transaction, DdlServices ddl) {
      this.transaction = transaction;
      this.ddl = ddl;
    }

    @Override
    public List<List<Optional<String>>> metadata(String sql) {
      return transaction.query(transaction.joinMetadata(), sql).rows();
    }

    @Override
    public List<List<Optional<String>>> on(int node, String sql) {
      return transaction.query(joined(node), sql).rows();
    }

    @Override
    public void onEach(Map<Integer, String> sqlByNode) {
      List<Participant> participants = new ArrayList<>();
      List<String> texts = new ArrayList<>();
      sqlByNode.forEach(
          (node, sql) -> {
            participants.add(joined(node));
            texts.add(sql);
          });
      transaction.query(participants, texts);
    }

    @Override
    public Answer send(int node, String sql) {
      return rows(transaction.send(joined(node), sql));
    }

    @Override
    public Answer sendMetadata(String sql) {
      return rows(transaction.send(transaction.joinMetadata(), sql));
    }

    private static Answer rows(Supplier<QuietReply> reply) {
      return () -> reply.get().rows();
    }

    @Override
    public void rowsMove() {
      extent = DdlChanges.Extent.ROWS;
    }

    @Override
    public void announce() {
      announced = Optional.of(ddl.publishBegin());
    }

    @Override
    public void onlySlotsMove() {
      extent = DdlChanges.Extent.SLOTS;
    }

    private Participant joined(int node) {
      Participant participant = transaction.join(node);
      participant.markWrote();
      return participant;
    }
  }
}
