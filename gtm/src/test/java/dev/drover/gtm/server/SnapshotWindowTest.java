package dev.drover.gtm.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.GtmClientConfig;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.locks.FakeLocks;
import dev.drover.gtm.protocol.GateLimits;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.protocol.Role;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Windows over real sockets. */
@Timeout(60)
final class SnapshotWindowTest {
  private static final String SECRET = "a secret of the cluster";

  /** Limits that a busy machine does not reach. */
  private static final GateLimits WIDE = new GateLimits(10_000, 10_000, 0);

  /** Limits that none of those reaches who answer slowly. */
  private static final GateLimits NARROW = new GateLimits(40, 40, 0);

  private static final Executor AT_ONCE = Runnable::run;
  private static final Executor SLOWLY =
      CompletableFuture.delayedExecutor(45, TimeUnit.MILLISECONDS);
  private static final long WAIT_SECONDS = 20;

  @TempDir private Path directory;
  private final List<AutoCloseable> open = new ArrayList<>();
  private GtmServer server;

  private void start(GateLimits limits) throws Exception {
    server =
        GtmServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new Keeping.OwnLog(directory),
            new Handshake(SECRET),
            new GtmTerms(4000, 100, 40, 100, 20, limits, 1000),
            new FakeLocks());
    open.add(server);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
  }

  @Test
  void aCoordinatorAloneIsServedAndSoAreTwo() throws Exception {
    start(WIDE);
    serve(AT_ONCE);
  }

  @Test
  void soAreThoseThatAreTooBusyForTheLimits() throws Exception {
    start(NARROW);
    serve(SLOWLY);
  }

  private void serve(Executor answers) throws Exception {
    Gated first = coordinator("c1", answers);
    for (int i = 0; i < 3; i++) {
      long reader = first.client().wantSnapshot();
      assertThat(first.awaitServed()).isGreaterThanOrEqualTo(reader);
    }
    Gated second = coordinator("c2", answers);
    for (int i = 0; i < 3; i++) {
      long reader = first.client().wantSnapshot();
      long other = second.client().wantSnapshot();
      assertThat(first.awaitServed()).isGreaterThanOrEqualTo(reader);
      assertThat(second.awaitServed()).isGreaterThanOrEqualTo(other);
    }
  }

  private Gated coordinator(String name, Executor answers) throws Exception {
    Gated gated = new Gated(answers);
    GtmClient client =
        GtmClient.start(
            new GtmClientConfig(
                List.of(
                    new GtmAddress(
                        InetAddress.getLoopbackAddress().getHostAddress(), server.port())),
                SECRET,
                name,
                Role.COORDINATOR),
            gated);
    gated.client = Optional.of(client);
    open.add(client);
    client.firstLease().get(WAIT_SECONDS, TimeUnit.SECONDS);
    return gated;
  }

  /** Answers every order: nothing runs here. */
  private static final class Gated implements GtmClient.Listener {
    private final BlockingQueue<Long> served = new LinkedBlockingQueue<>();
    private volatile Optional<GtmClient> client = Optional.empty();
    private final Executor answers;
    private long through;

    Gated(Executor answers) {
      this.answers = answers;
    }

    GtmClient client() {
      return client.orElseThrow();
    }

    long awaitServed() throws InterruptedException {
      Long last = served.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      return Optional.ofNullable(last).orElseThrow();
    }

    @Override
    public void closeGate(long window) {
      answers.execute(() -> client().gateClosed(window, 0));
    }

    @Override
    public void holdGate(long window) {
      answers.execute(() -> client().gateHeld(window, 0));
    }

    @Override
    public void takeSnapshot(long window, long last) {
      through = last;
      client().snapshotTaken(window);
    }

    @Override
    public void openGate(long window, boolean valid) {
      if (valid && through > 0) {
        served.add(through);
      }
      through = 0;
    }
  }
}
