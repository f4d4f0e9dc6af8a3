package dev.drover.coordinator;

import dev.drover.coordinator.txn.GlobalTransactions;
import dev.drover.gtm.client.GtmClient;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * What one event loop's transactions need of the GTM.
 *
 * <p>Threads: {@link #nextGxid} calls back on the loop; the rest is thread-safe.
 */
record GtmLink(GtmClient client, EventLoop loop) implements GlobalTransactions {
  /** A commit that finds no id in store waits so long for the GTM. */
  private static final long GXID_LIMIT_SECONDS = 5;

  @Override
  public boolean mayCommit(long epoch) {
    return client.holds(epoch);
  }

  @Override
  public int coordinatorId() {
    return client.coordinatorId();
  }

  @Override
  public long epoch() {
    return client.epoch();
  }

  @Override
  public void nextGxid(LongConsumer gxid, Consumer<SqlError> refused) {
    long ready = client.tryNextGxid();
    if (ready != GtmClient.NO_GXID) {
      gxid.accept(ready);
      return;
    }
    var _ =
        client
            .nextGxid()
            .orTimeout(GXID_LIMIT_SECONDS, TimeUnit.SECONDS)
            .whenComplete(
                (value, failure) ->
                    loop.execute(
                        () -> {
                          if (failure == null) {
                            gxid.accept(value);
                          } else {
                            refused.accept(unavailable());
                          }
                        }));
  }

  private static SqlError unavailable() {
    return SqlError.of(SqlState.CANNOT_CONNECT_NOW, "the GTM gives no transaction identifiers")
        .withHint("Try again when the GTM is back.");
  }
}
