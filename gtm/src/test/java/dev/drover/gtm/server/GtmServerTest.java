package dev.drover.gtm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.GtmClientConfig;
import dev.drover.gtm.client.Lease;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.locks.FakeLocks;
import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.protocol.Liveness;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.protocol.ReportedTransaction;
import dev.drover.gtm.protocol.Role;
import dev.drover.pgwire.SqlError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real server and real clients over loopback. */
@Timeout(60)
final class GtmServerTest {
  private static final String SECRET = "a secret of the cluster";
  private static final GtmTerms TERMS = new GtmTerms(2000, 100, 40, 100, 20);
  private static final long WAIT_SECONDS = 20;

  @TempDir private Path directory;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final FakeLocks locks = new FakeLocks();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
  }

  @Test
  void aCoordinatorGetsALeaseAndDistinctGxids() throws Exception {
    GtmServer server = server(0);
    GtmClient client = coordinator(server.port(), "c1", new RecordingListener());
    Lease lease = get(client.firstLease());
    assertThat(lease.coordinatorId()).isEqualTo(1);
    assertThat(lease.maxTransactions()).isEqualTo(40);
    assertThat(client.leaseValid()).isTrue();
    assertThat(client.leaseValid(lease.epoch())).isTrue();
    assertThat(client.leaseValid(lease.epoch() + 1)).isFalse();
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      assertThat(seen.add(get(client.nextGxid()))).isTrue();
    }
  }

  @Test
  void aKilledServerComesBackOnItsPortAndTheEpochGoesOn() throws Exception {
    GtmServer first = server(0);
    RecordingListener listener = new RecordingListener();
    GtmClient client = coordinator(first.port(), "c1", listener);
    Lease lease = get(client.firstLease());
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 250; i++) {
      seen.add(get(client.nextGxid()));
    }
    first.close();
    long stoppedAt = System.nanoTime();
    GtmServer second = server(first.port());
    // More than a client may hold in hand: some must come from the new server.
    for (int i = 0; i < 500; i++) {
      assertThat(seen.add(get(client.nextGxid()))).isTrue();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - stoppedAt)).isLessThan(Duration.ofSeconds(2));
    assertThat(client.epoch()).isEqualTo(lease.epoch());
    assertThat(listener.hasBeenTold("lost " + lease.epoch())).isFalse();
    assertThat(get(client.liveCoordinators()).settled()).isFalse();
    GtmClient other = coordinator(second.port(), "c2", new RecordingListener());
    assertThat(get(other.firstLease()).epoch()).isGreaterThan(lease.epoch());
    assertThat(seen.contains(get(other.nextGxid()))).isFalse();
  }

  @Test
  void anOutageLongerThanTheLeaseSuspendsItAndTheServersReturnRenewsIt() throws Exception {
    GtmServer first = server(0);
    RecordingListener listener = new RecordingListener();
    GtmClient client = coordinator(first.port(), "c1", listener);
    Lease lease = get(client.firstLease());
    listener.await("granted 1");
    first.close();
    listener.await("suspended 1");
    assertThat(client.leaseValid()).isFalse();
    assertThat(client.holds(lease.epoch())).isTrue();
    server(first.port());
    listener.await("granted 1");
    assertThat(client.leaseValid(lease.epoch())).isTrue();
  }

  @Test
  void aSecondProcessOfTheSameNameEndsTheFirstOnesEpoch() throws Exception {
    GtmServer server = server(0);
    RecordingListener old = new RecordingListener();
    GtmClient oldClient = coordinator(server.port(), "c1", old);
    get(oldClient.firstLease());
    GtmClient newClient = coordinator(server.port(), "c1", new RecordingListener());
    assertThat(get(newClient.firstLease())).isEqualTo(new Lease(1, 2, 40));
    old.await("lost 1");
    assertThat(oldClient.leaseValid()).isFalse();
    assertThat(oldClient.holds(1)).isFalse();
  }

  @Test
  void aDeadCoordinatorIsReportedToAgentsUntilItIsFenced() throws Exception {
    GtmServer server = server(0);
    GtmClient victim = coordinator(server.port(), "c1", new RecordingListener());
    get(victim.firstLease());
    RecordingListener agentListener = new RecordingListener();
    GtmClient agent = agent(server.port(), agentListener);
    CoordinatorEpoch epoch = new CoordinatorEpoch(1, 1);
    assertThat(get(agent.liveCoordinators()).live()).containsExactly(epoch);
    victim.close();
    agentListener.await("fence 1@1");
    Liveness dead = get(agent.liveCoordinators());
    assertThat(dead.isDead(epoch)).isTrue();
    assertThat(dead.unfenced()).containsExactly(epoch);
    get(agent.fenced(1, 1));
    assertThat(get(agent.liveCoordinators()).unfenced()).isEmpty();
  }

  @Test
  void aCoordinatorThatLeavesInGoodOrderNeedsNoFence() throws Exception {
    GtmServer server = server(0);
    GtmClient client = coordinator(server.port(), "c1", new RecordingListener());
    get(client.firstLease());
    get(client.release());
    assertThat(client.leaseValid()).isFalse();
    Liveness left = get(agent(server.port(), new RecordingListener()).liveCoordinators());
    assertThat(left.live()).isEmpty();
    assertThat(left.unfenced()).isEmpty();
  }

  @Test
  void aCatalogChangeWaitsForEveryCoordinator() throws Exception {
    GtmServer server = server(0);
    RecordingListener publisherListener = new RecordingListener();
    GtmClient publisher = coordinator(server.port(), "c1", publisherListener);
    get(publisher.firstLease());
    RecordingListener slow = new RecordingListener();
    slow.holdAcks();
    get(coordinator(server.port(), "c2", slow).firstLease());
    CompletableFuture<Long> ready = publisher.publishBegin();
    slow.await("stale 1");
    publisherListener.await("stale 1");
    assertThatThrownBy(() -> ready.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    slow.releaseAck();
    assertThat(get(ready)).isEqualTo(1L);
    get(publisher.publishEnd(1, true));
    slow.await("current 1");
    publisherListener.await("current 1");
  }

  @Test
  void aCatalogChangeSurvivesARestartOfTheServer() throws Exception {
    GtmServer first = server(0);
    RecordingListener listener = new RecordingListener();
    GtmClient publisher = coordinator(first.port(), "c1", listener);
    get(publisher.firstLease());
    assertThat(get(publisher.publishBegin())).isEqualTo(1L);
    first.close();
    GtmServer second = server(first.port());
    RecordingListener newcomer = new RecordingListener();
    get(coordinator(second.port(), "c2", newcomer).firstLease());
    newcomer.await("stale 1");
    get(publisher.publishEnd(1, true));
    newcomer.await("current 1");
  }

  @Test
  void aWithdrawnCatalogChangeChangesNoVersion() throws Exception {
    GtmServer server = server(0);
    RecordingListener listener = new RecordingListener();
    listener.holdAcks();
    GtmClient client = coordinator(server.port(), "c1", listener);
    get(client.firstLease());
    listener.await("current 0");
    CompletableFuture<Long> ready = client.publishBegin();
    listener.await("stale 1");
    ready.cancel(false);
    listener.await("current 0");
    CompletableFuture<Long> again = client.publishBegin();
    listener.await("stale 2");
    listener.releaseAck();
    listener.releaseAck();
    assertThat(get(again)).isEqualTo(2L);
  }

  @Test
  void aDeadlockOverTwoNodesKillsTheYounger() throws Exception {
    GtmServer server = server(0);
    RecordingListener listener = new RecordingListener();
    GtmClient client = coordinator(server.port(), "c1", listener);
    get(client.firstLease());
    client.useNodes(List.of(new NodeAddress("n1", "h", 1), new NodeAddress("n2", "h", 2)));
    locks.add(new Backend("n1", 11), 5, 21);
    locks.add(new Backend("n2", 22), 6, 12);
    ReportedTransaction old =
        new ReportedTransaction(
            1,
            100,
            List.of(new Backend("n1", 11), new Backend("n2", 12)),
            List.of(new Backend("n1", 11)));
    ReportedTransaction young =
        new ReportedTransaction(
            2,
            200,
            List.of(new Backend("n1", 21), new Backend("n2", 22)),
            List.of(new Backend("n2", 22)));
    // Coordinators repeat their reports; three polls are enough for a verdict.
    for (int i = 0; i < 4; i++) {
      client.reportWaits(client.waitMark(), List.of(old, young));
      locks.awaitPolls(2);
    }
    listener.await("victim 2 at n2:22");
    assertThat(listener.hasBeenTold("victim 1 at n1:11")).isFalse();
  }

  @Test
  void aClientWithAnotherSecretGetsNothing() throws Exception {
    GtmServer server = server(0);
    GtmClient stranger =
        start(
            new GtmClientConfig(
                List.of(new GtmAddress("127.0.0.1", server.port())),
                "some other long secret",
                "c1",
                Role.COORDINATOR),
            new RecordingListener());
    assertThatThrownBy(() -> stranger.firstLease().get(500, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    GtmClient friend = coordinator(server.port(), "c1", new RecordingListener());
    assertThat(get(friend.firstLease()).epoch()).isEqualTo(1);
  }

  @Test
  void garbageEndsOnlyTheConnectionItCameOn() throws Exception {
    GtmServer server = server(0);
    GtmClient client = coordinator(server.port(), "c1", new RecordingListener());
    get(client.firstLease());
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[1 + random.nextInt(2000)];
      random.nextBytes(bytes);
      assertThat(endsTheConnection(server.port(), bytes)).isTrue();
    }
    assertThat(endsTheConnection(server.port(), new byte[] {0x7f, -1, -1, -1, 0})).isTrue();
    assertThat(get(client.liveCoordinators()).live()).hasSize(1);
    assertThat(server.stopped()).isNotDone();
  }

  @Test
  void aClosedClientFailsWhatWaitsAndWhatComesAfter() throws Exception {
    GtmServer server = server(0);
    GtmClient client = coordinator(server.port(), "c1", new RecordingListener());
    get(client.firstLease());
    server.close();
    CompletableFuture<Liveness> waiting = client.liveCoordinators();
    client.close();
    assertThatThrownBy(() -> get(waiting))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SqlError.class);
    assertThatThrownBy(() -> get(client.publishBegin()))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SqlError.class);
    assertThat(client.leaseValid()).isFalse();
  }

  @Test
  void twoServersCannotShareADirectory() throws Exception {
    server(0);
    assertThatThrownBy(() -> server(0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another gtm runs");
  }

  /** Keeps the server's end of the connection open until it closes it or ten seconds pass. */
  private static boolean endsTheConnection(int port, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(bytes);
      byte[] buffer = new byte[4096];
      int count = socket.getInputStream().read(buffer);
      while (count >= 0) {
        count = socket.getInputStream().read(buffer);
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  private GtmServer server(int port) throws IOException {
    GtmServer server =
        GtmServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            new Keeping.OwnLog(directory),
            new Handshake(SECRET),
            TERMS,
            locks);
    open.add(server);
    return server;
  }

  private GtmClient coordinator(int port, String name, RecordingListener listener) {
    return start(
        new GtmClientConfig(
            List.of(new GtmAddress("127.0.0.1", port)), SECRET, name, Role.COORDINATOR),
        listener);
  }

  private GtmClient agent(int port, RecordingListener listener) {
    return start(
        new GtmClientConfig(List.of(new GtmAddress("127.0.0.1", port)), SECRET, "a1", Role.AGENT),
        listener);
  }

  private GtmClient start(GtmClientConfig config, RecordingListener listener) {
    GtmClient client = GtmClient.start(config, listener);
    open.add(client);
    return client;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }
}
