package dev.drover.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.Gtm;
import dev.drover.gtm.GtmConfig;
import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.GtmClientConfig;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.locks.JdbcLockGraphSource.Credentials;
import dev.drover.gtm.protocol.Role;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GtmLinkTest {
  private static final String SECRET = "a long enough secret";
  private static final int RANGE = 10;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir Path directory;

  /** Ids in store outlast the GTM; then a commit gets an error, and an id when the GTM is back. */
  @Test
  void idsThatRunOutWhileTheGtmIsAwayAreAnErrorInBoundedTime() throws Exception {
    try (EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory())) {
      Gtm first = gtm(0);
      int port = first.port();
      try (GtmClient client =
          GtmClient.start(
              new GtmClientConfig(
                  List.of(new GtmAddress("127.0.0.1", port)), SECRET, "c1", Role.COORDINATOR),
              new GtmClient.Listener() {})) {
        client.firstLease().get();
        GtmLink link = new GtmLink(client, group.next());
        assertThat(next(link)).isNotEqualTo(NONE);
        first.close();
        long started = System.nanoTime();
        int drawn = 0;
        while (next(link) != NONE) {
          drawn++;
        }
        assertThat(drawn).isBetween(RANGE / 2, 3 * RANGE);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(LIMIT);
        try (Gtm _ = gtm(port)) {
          assertThat(next(link)).isNotEqualTo(NONE);
        }
      }
    }
  }

  private static final long NONE = -1;

  /** The id, or {@link #NONE} after a refusal. */
  private static long next(GtmLink link) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    link.nextGxid(
        answer::complete,
        error -> {
          assertThat(error.state()).isEqualTo(SqlState.CANNOT_CONNECT_NOW);
          answer.complete(NONE);
        });
    return answer.join();
  }

  private Gtm gtm(int port) throws IOException {
    return Gtm.start(
        new GtmConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            Optional.of(directory),
            List.of(),
            List.of(),
            SECRET,
            new GtmTerms(3000, RANGE, 10, 20, 75),
            new Credentials("drover", SECRET, "postgres")));
  }
}
