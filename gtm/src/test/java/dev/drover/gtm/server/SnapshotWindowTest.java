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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Windows over real sockets, with limits that a busy machine does not reach. */
@Timeout(60)
final class SnapshotWindowTest {
  private static final String SECRET = "a secret of the cluster";
  private static final GtmTerms TERMS =
      new GtmTerms(4000, 100, 40, 100, 20, new GateLimits(10_000, 10_000, 0), 200);
  private static final long WAIT_SECONDS = 20;

  @TempDir private Path directory;
  private final List<AutoCloseable> open = new ArrayList<>();
  private GtmServer server;

  @BeforeEach
  void start() throws Exception {
    server =
        GtmServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new Keeping.OwnLog(directory),
            new Handshake(SECRET),
            TERMS,
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
    Gated first = coordinator("c1");
    for (int i = 0; i < 3; i++) {
      long reader = first.client().wantSnapshot();
      assertThat(first.awaitServed()).isGreaterThanOrEqualTo(reader);
    }
    Gated second = coordinator("c2");
    for (int i = 0; i < 3; i++) {
      long reader = first.client().wantSnapshot();
      long other = second.client().wantSnapshot();
      assertThat(first.awaitServed()).isGreaterThanOrEqualTo(reader);
      assertThat(second.awaitServed()).isGreaterThanOrEqualTo(other);
    }
  }

  private Gated coordinator(String name) throws Exception {
    Gated gated = new Gated();
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

  /** Answers every order at once: nothing runs here. */
  private static final class Gated implements GtmClient.Listener {
    private final BlockingQueue<Long> served = new LinkedBlockingQueue<>();
    private volatile Optional<GtmClient> client = Optional.empty();
    private long through;

    GtmClient client() {
      return client.orElseThrow();
    }

    long awaitServed() throws InterruptedException {
      Long last = served.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      return Optional.ofNullable(last).orElseThrow();
    }

    @Override
    public void closeGate(long window) {
      client().gateClosed(window, 0);
    }

    @Override
    public void holdGate(long window) {
      client().gateHeld(window, 0);
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
