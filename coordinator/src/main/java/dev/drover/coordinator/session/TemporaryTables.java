package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.exec.DdlServices;
import dev.drover.coordinator.metadata.CatalogLoader;
import dev.drover.coordinator.metadata.CatalogQueries;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.SearchPath;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The temporary tables, views and sequences of one session. They live on the catalog node, on the
 * connection that the session keeps, and no shared view of the catalog lists them.
 *
 * <p>After a statement that may have made or dropped one they are read again before the next
 * statement is planned. A session without any pays for one test per statement.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class TemporaryTables {
  private final Transaction transaction;
  private final DdlServices services;
  private List<Relation> relations = List.of();
  private Optional<CatalogView> base = Optional.empty();
  private Optional<CatalogView> extended = Optional.empty();

  TemporaryTables(Transaction transaction, DdlServices services) {
    this.transaction = transaction;
    this.services = services;
  }

  /** What statements are planned by is known without asking. */
  boolean known() {
    return !transaction.temporaryUse().inDoubt();
  }

  boolean none() {
    return relations.isEmpty() && known();
  }

  /** The connection that alone sees them. */
  Optional<Backend> connection() {
    return relations.isEmpty() ? Optional.empty() : transaction.pinnedCatalog();
  }

  /** The view with the session's own tables in it. */
  @SuppressWarnings("ReferenceEquality") // each load of the catalog is another view
  CatalogView over(CatalogView view) {
    if (relations.isEmpty()) {
      return view;
    }
    if (extended.isEmpty() || base.filter(b -> b == view).isEmpty()) {
      base = Optional.of(view);
      extended =
          Optional.of(
              new CatalogView(
                  view.snapshot().with(relations),
                  view.functions(),
                  view.types(),
                  view.collationIsC(),
                  false));
    }
    return extended.get();
  }

  SearchPath over(SearchPath path) {
    return relations.isEmpty() ? path : path.withTemporary(relations.getFirst().schema());
  }

  /** A transaction that may have made, dropped or emptied some has ended, or a part of it. */
  void undone() {
    if (!relations.isEmpty()) {
      transaction.temporaryUse().note();
    }
  }

  /** Reads them again; the error is that of the connection. */
  void read(SettingsState settings, Runnable done, Consumer<RuntimeException> failed) {
    Optional<Backend> kept = transaction.pinnedCatalog();
    if (kept.isEmpty()) {
      found(List.of());
      done.run();
      return;
    }
    if (transaction.scope() == Transaction.Scope.NONE) {
      kept.get().applySettings(settings);
    }
    var loop = transaction.services().loop();
    services
        .blocking()
        .execute(
            () -> {
              try {
                CatalogQueries queries = sql -> ask(kept.get(), sql);
                List<Relation> read = new CatalogLoader(queries, queries).temporary();
                loop.execute(
                    () -> {
                      found(read);
                      done.run();
                    });
              } catch (RuntimeException e) {
                loop.execute(() -> failed.accept(e));
              }
            });
  }

  private void found(List<Relation> read) {
    relations = read;
    extended = Optional.empty();
    transaction.temporaryUse().known(!read.isEmpty());
  }

  private List<List<Optional<String>>> ask(Backend backend, String sql) {
    CompletableFuture<QuietReply> answer = new CompletableFuture<>();
    transaction
        .services()
        .loop()
        .execute(
            () -> {
              backend.query(sql, new QuietReply(answer::complete));
              backend.link().flush();
            });
    return answer.join().orThrow().rows();
  }
}
