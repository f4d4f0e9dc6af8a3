package dev.drover.gtm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.GtmClientConfig;
import dev.drover.gtm.client.Lease;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.locks.FakeLocks;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.protocol.Role;
import dev.drover.gtm.quorum.FakeSeatServer;
import dev.drover.gtm.quorum.SeatServer;
import dev.drover.gtm.seat.Members;
import dev.drover.gtm.seat.Seat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two real GTMs and real clients over loopback; the servers that keep the seat are fakes. */
@Timeout(60)
final class StandbyServerTest {
  private static final String SECRET = "a secret of the cluster";
  private static final GtmTerms TERMS = new GtmTerms(3000, 100, 40, 100, 20);
  private static final long WAIT_SECONDS = 20;
  private static final Duration TAKEOVER = Duration.ofSeconds(5);

  private final List<FakeSeatServer> seats = Stream.generate(FakeSeatServer::new).limit(3).toList();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Set<Long> gxids = new HashSet<>();
  @TempDir private Path directory;

  /** A GTM and its connections to the servers. */
  private record Member(GtmServer server, List<FakeSeatServer.Link> links) {
    void cutOff() {
      links.forEach(FakeSeatServer.Link::cut);
    }
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
  }

  @Test
  void aStandbyFollowsOneThatLeavesAtOnce() throws Exception {
    Member first = gtm();
    RecordingListener listener = new RecordingListener();
    // While only the first is there, it is the active one.
    GtmClient early = coordinator("c0", new RecordingListener(), first);
    get(early.firstLease());
    Member second = gtm();
    GtmClient client = coordinator("c1", listener, first, second);
    Lease lease = get(client.firstLease());
    draw(client, 250);
    long stoppedAt = System.nanoTime();
    first.server().close();
    draw(client, 500);
    assertThat(Duration.ofNanos(System.nanoTime() - stoppedAt)).isLessThan(Duration.ofSeconds(2));
    assertThat(client.epoch()).isEqualTo(lease.epoch());
    assertThat(listener.hasBeenTold("suspended " + lease.epoch())).isFalse();
  }

  @Test
  void aStandbyFollowsOneThatLosesTheServersAndTheEpochGoesOn() throws Exception {
    Member first = gtm();
    GtmClient early = coordinator("c0", new RecordingListener(), first);
    get(early.firstLease());
    Member second = gtm();
    RecordingListener listener = new RecordingListener();
    GtmClient client = coordinator("c1", listener, first, second);
    Lease lease = get(client.firstLease());
    draw(client, 250);
    long lostAt = System.nanoTime();
    first.cutOff();
    draw(client, 500);
    assertThat(Duration.ofNanos(System.nanoTime() - lostAt)).isLessThan(TAKEOVER);
    assertThat(client.epoch()).isEqualTo(lease.epoch());
    assertThat(listener.hasBeenTold("lost " + lease.epoch())).isFalse();
    // And back again.
    first.links().forEach(FakeSeatServer.Link::mend);
    second.server().close();
    draw(client, 500);
    assertThat(client.epoch()).isEqualTo(lease.epoch());
    GtmClient newcomer = coordinator("c2", new RecordingListener(), second, first);
    assertThat(get(newcomer.firstLease()).epoch()).isGreaterThan(lease.epoch());
  }

  @Test
  void oneServerOfThreeMayBeAway() throws Exception {
    Member only = gtm();
    GtmClient client = coordinator("c1", new RecordingListener(), only);
    get(client.firstLease());
    only.links().getFirst().cut();
    long version = seats.getFirst().seat().stored().version();
    draw(client, 500);
    assertThat(seats.getFirst().seat().stored().version()).isLessThan(version + 2);
    only.links().getFirst().mend();
    only.links().getLast().cut();
    draw(client, 500);
  }

  @Test
  void aServerThatHasLostItsDiskGetsItsSayBack() throws Exception {
    Member only = gtm();
    GtmClient client = coordinator("c1", new RecordingListener(), only);
    get(client.firstLease());
    draw(client, 250);
    FakeSeatServer lost = seats.getFirst();
    lost.forget();
    awaitMembers(seats);
    // It counts again: with it, two of three.
    only.links().getLast().cut();
    draw(client, 500);
    assertThat(lost.seat().stored().members().contains(lost.seat().incarnation())).isTrue();
  }

  @Test
  void aClusterWithALogGetsAStandbyAndItsClientsLearnOfIt() throws Exception {
    GtmServer alone = start(new Keeping.OwnLog(directory), 0);
    int port = alone.port();
    RecordingListener listener = new RecordingListener();
    GtmClient client = coordinator("c1", listener, new Member(alone, List.of()));
    Lease lease = get(client.firstLease());
    draw(client, 250);
    alone.close();
    // The second GTM is there before the first: it must not begin with nothing.
    int standbyPort = freePort();
    List<NodeAddress> gtms =
        Stream.of(port, standbyPort).map(at -> new NodeAddress("gtm", "127.0.0.1", at)).toList();
    Member second = member(gtms, Optional.empty(), standbyPort);
    Member first = member(gtms, Optional.of(directory), port);
    draw(client, 500);
    assertThat(client.epoch()).isEqualTo(lease.epoch());
    assertThatThrownBy(() -> start(new Keeping.OwnLog(directory), 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("moved");
    first.server().close();
    draw(client, 500);
    assertThat(client.epoch()).isEqualTo(lease.epoch());
    assertThat(listener.hasBeenTold("lost " + lease.epoch())).isFalse();
    assertThat(second.links()).isNotEmpty();
  }

  /** All of these have a say, and know it. */
  private static void awaitMembers(List<FakeSeatServer> servers) {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!servers.stream().allMatch(server -> areMembers(server.seat(), servers))) {
      assertThat(System.nanoTime()).as("members in time").isLessThan(limit);
      Thread.onSpinWait();
    }
  }

  private static boolean areMembers(Seat seat, List<FakeSeatServer> servers) {
    Set<Long> all = new HashSet<>();
    servers.forEach(server -> all.add(server.seat().incarnation()));
    return seat.stored().members().equals(Members.of(all));
  }

  private void draw(GtmClient client, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      assertThat(gxids.add(get(client.nextGxid()))).as("a new gxid").isTrue();
    }
  }

  /** The first one that a test starts may found the seat. */
  private Member gtm() throws IOException {
    Optional<Path> origin = open.isEmpty() ? Optional.of(directory) : Optional.empty();
    return member(List.of(), origin, 0);
  }

  private Member member(List<NodeAddress> gtms, Optional<Path> origin, int port)
      throws IOException {
    List<FakeSeatServer.Link> links = seats.stream().map(FakeSeatServer::link).toList();
    Keeping keeping = new Keeping.OnServers(List.<SeatServer>copyOf(links), gtms, origin);
    return new Member(start(keeping, port), links);
  }

  private GtmServer start(Keeping keeping, int port) throws IOException {
    GtmServer server =
        GtmServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            keeping,
            new Handshake(SECRET),
            TERMS,
            new FakeLocks());
    open.add(server);
    return server;
  }

  private GtmClient coordinator(String name, RecordingListener listener, Member... gtms) {
    List<GtmAddress> addresses =
        Stream.of(gtms).map(gtm -> new GtmAddress("127.0.0.1", gtm.server().port())).toList();
    GtmClient client =
        GtmClient.start(new GtmClientConfig(addresses, SECRET, name, Role.COORDINATOR), listener);
    open.add(client);
    return client;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
