package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.metadata.CatalogQueries;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A transaction's connections for code that waits: what happens to them still happens on their
 * event loop.
 *
 * <p>Threads: used by one virtual thread.
 */
public final class BlockingTransaction {
  private final Transaction transaction;

  public BlockingTransaction(Transaction transaction) {
    this.transaction = transaction;
  }

  public Participant join(int node) {
    return await(future -> transaction.join(node, joining(future)));
  }

  public Participant joinMetadata() {
    return await(future -> transaction.joinMetadata(joining(future)));
  }

  private static Transaction.Joining joining(CompletableFuture<Participant> future) {
    return new Transaction.Joining() {
      @Override
      public void joined(Participant participant) {
        future.complete(participant);
      }

      @Override
      public void refused(SqlError error) {
        future.completeExceptionally(error);
      }
    };
  }

  /** Raises the server's error as a {@link ServerError}. */
  public QuietReply query(Participant participant, String sql) {
    QuietReply reply = await(future -> send(participant, sql, future));
    return reply.orThrow();
  }

  /** Does not wait: the reply is what {@link #query(Participant, String)} would return or raise. */
  public Supplier<QuietReply> send(Participant participant, String sql) {
    CompletableFuture<QuietReply> future = new CompletableFuture<>();
    onLoop(() -> send(participant, sql, future));
    return () -> join(future).orThrow();
  }

  /** The same statement on several at once; raises the first error after all have answered. */
  public List<QuietReply> query(List<Participant> participants, String sql) {
    return query(participants, Collections.nCopies(participants.size(), sql));
  }

  /** To each its own statement. */
  public List<QuietReply> query(List<Participant> participants, List<String> sql) {
    List<CompletableFuture<QuietReply>> futures = new ArrayList<>();
    for (int i = 0; i < participants.size(); i++) {
      Participant participant = participants.get(i);
      String own = sql.get(i);
      CompletableFuture<QuietReply> future = new CompletableFuture<>();
      onLoop(() -> send(participant, own, future));
      futures.add(future);
    }
    List<QuietReply> replies = futures.stream().map(BlockingTransaction::join).toList();
    replies.forEach(QuietReply::orThrow);
    return replies;
  }

  private static void send(
      Participant participant, String sql, CompletableFuture<QuietReply> future) {
    participant.backend().query(sql, new QuietReply(future::complete));
    participant.backend().link().flush();
  }

  /** Reads the schema as this transaction sees it. */
  public CatalogView loadView(DdlServices services) {
    Participant catalog = join(Node.CATALOG_ID);
    Participant metadata = joinMetadata();
    CatalogQueries schema = sql -> query(catalog, sql).rows();
    CatalogQueries own = sql -> query(metadata, sql).rows();
    return services.load(schema, own);
  }

  /** Runs statements on connections outside of the transaction, one per node. */
  public void outside(List<Integer> nodes, SettingsState settings, String sql, DdlStep step) {
    for (int node : nodes) {
      step.done(node, await(future -> OutsideQuery.run(transaction, node, settings, sql, future)));
    }
  }

  /** What became of a statement on one node. */
  public interface DdlStep {
    void done(int node, QuietReply reply);
  }

  public <T> T await(Consumer<CompletableFuture<T>> work) {
    CompletableFuture<T> future = new CompletableFuture<>();
    onLoop(() -> work.accept(future));
    return join(future);
  }

  public void onLoop(Runnable work) {
    transaction.services().loop().execute(work);
  }

  public static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
