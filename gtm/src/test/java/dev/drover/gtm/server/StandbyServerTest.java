package dev.drover.gtm.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.GtmClientConfig;
import dev.drover.gtm.client.Lease;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.locks.FakeLocks;
import dev.drover.gtm.protocol.Handshake;
import dev.drover.gtm.protocol.Role;
import dev.drover.gtm.quorum.FakeSeatServer;
import dev.drover.gtm.quorum.SeatServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
    only.links().getFirst().cut();
    GtmClient client = coordinator("c1", new RecordingListener(), only);
    get(client.firstLease());
    draw(client, 500);
    assertThat(seats.getFirst().seat().stored().version()).isLessThan(2);
    only.links().getFirst().mend();
    only.links().getLast().cut();
    draw(client, 500);
  }

  private void draw(GtmClient client, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      assertThat(gxids.add(get(client.nextGxid()))).as("a new gxid").isTrue();
    }
  }

  private Member gtm() throws IOException {
    List<FakeSeatServer.Link> links = seats.stream().map(FakeSeatServer::link).toList();
    GtmServer server =
        GtmServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new Keeping.OnServers(List.<SeatServer>copyOf(links)),
            new Handshake(SECRET),
            TERMS,
            new FakeLocks());
    open.add(server);
    return new Member(server, links);
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
}
