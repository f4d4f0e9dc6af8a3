package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a connection is sent before the first statement of a transaction: settings, BEGIN, what the
 * transaction has set since, and what is to be done again.
 *
 * <p>All of it leaves in one packet with the statement, unless the server may refuse the settings:
 * then the statement waits, or it would run as somebody else.
 *
 * @param begin BEGIN and what follows it at once; empty for a statement by itself
 * @param failed told when anything of it was refused after the statement had left
 */
record Arrival(
    SettingsState settings,
    List<String> begin,
    List<String> localSettings,
    List<String> replay,
    Runnable failed) {
  /** Drover's own connection has no settings of the client. */
  void ownConnection(Backend backend) {
    if (!begin.isEmpty()) {
      backend.prepare(begin.getFirst(), this::done);
      replay.stream().filter(Replay::isSavepoint).forEach(s -> backend.prepare(s, this::done));
    }
  }

  /** Exactly one of the two is called. */
  void clientConnection(Backend backend, Runnable ready, Consumer<SqlError> refused) {
    if (backend.hasSettings(settings)) {
      begin(backend);
      ready.run();
    } else if (settings.mayBeRefused()) {
      backend.applySettings(
          settings,
          reply -> {
            if (reply.succeeded()) {
              begin(backend);
              ready.run();
            } else {
              refused.accept(refusal(reply));
            }
          });
      backend.link().flush();
    } else {
      backend.applySettings(settings, this::done);
      begin(backend);
      ready.run();
    }
  }

  private void begin(Backend backend) {
    if (!begin.isEmpty()) {
      begin.forEach(s -> backend.precede(s, this::done));
      localSettings.forEach(s -> backend.precede(s, this::done));
      replay.forEach(s -> backend.precede(s, this::done));
    }
  }

  private void done(QuietReply reply) {
    if (!reply.succeeded()) {
      failed.run();
    }
  }

  private static SqlError refusal(QuietReply reply) {
    SqlError refused =
        SqlError.of(
            SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "settings of the session are refused");
    return reply.lost().orElseGet(() -> refused.withDetail(reply.error().orElseThrow().message()));
  }
}
