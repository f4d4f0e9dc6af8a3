package dev.drover.coordinator.pool;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Node;
import java.util.function.Consumer;

/**
 * One query of Drover's own to the catalog node, outside of any transaction of a client, as the
 * client's role and under its settings.
 *
 * <p>Threads: confined to the pool's event loop.
 */
public record Question(String role, SettingsState settings, String sql) {
  public Question {
    requireNonNull(role);
    requireNonNull(settings);
    requireNonNull(sql);
  }

  /** Exactly one of the two is called. The client does not know the text that failed. */
  public void ask(BackendPool pool, Consumer<QuietReply> answered, Consumer<ErrorFields> failed) {
    askPlaced(pool, answered, error -> failed.accept(error.without(ErrorFields.POSITION)));
  }

  /** The same with the error's position in the question's text. */
  public void askPlaced(
      BackendPool pool, Consumer<QuietReply> answered, Consumer<ErrorFields> failed) {
    pool.acquire(
        Node.CATALOG_ID,
        role,
        new BackendPool.Request() {
          @Override
          public void acquired(Backend backend) {
            backend.applySettings(settings);
            backend.query(
                sql,
                new QuietReply(
                    reply -> {
                      pool.release(backend);
                      conclude(reply, answered, failed);
                    }));
            backend.link().flush();
          }

          @Override
          public void refused(SqlError error) {
            failed.accept(ErrorFields.of(error, Severity.ERROR));
          }
        });
  }

  private static void conclude(
      QuietReply reply, Consumer<QuietReply> answered, Consumer<ErrorFields> failed) {
    if (reply.error().isPresent()) {
      failed.accept(reply.error().get());
    } else if (reply.lost().isPresent()) {
      failed.accept(ErrorFields.of(reply.lost().get(), Severity.ERROR));
    } else {
      answered.accept(reply);
    }
  }
}
