package dev.drover.gtm.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.gtm.protocol.GtmMessage.Catalog;
import dev.drover.gtm.protocol.GtmMessage.CatalogStaleAck;
import dev.drover.gtm.protocol.GtmMessage.Challenge;
import dev.drover.gtm.protocol.GtmMessage.Done;
import dev.drover.gtm.protocol.GtmMessage.FenceWanted;
import dev.drover.gtm.protocol.GtmMessage.Fenced;
import dev.drover.gtm.protocol.GtmMessage.GxidRange;
import dev.drover.gtm.protocol.GtmMessage.Heartbeat;
import dev.drover.gtm.protocol.GtmMessage.HeartbeatAck;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.GtmMessage.LeaseGxids;
import dev.drover.gtm.protocol.GtmMessage.LeaseLost;
import dev.drover.gtm.protocol.GtmMessage.LeaseTerms;
import dev.drover.gtm.protocol.GtmMessage.ListLive;
import dev.drover.gtm.protocol.GtmMessage.Live;
import dev.drover.gtm.protocol.GtmMessage.Nodes;
import dev.drover.gtm.protocol.GtmMessage.PublishBegin;
import dev.drover.gtm.protocol.GtmMessage.PublishEnd;
import dev.drover.gtm.protocol.GtmMessage.PublishReady;
import dev.drover.gtm.protocol.GtmMessage.Register;
import dev.drover.gtm.protocol.GtmMessage.Registered;
import dev.drover.gtm.protocol.GtmMessage.RegistrationRefused;
import dev.drover.gtm.protocol.GtmMessage.Release;
import dev.drover.gtm.protocol.GtmMessage.VictimChosen;
import dev.drover.gtm.protocol.GtmMessage.WaitMark;
import dev.drover.gtm.protocol.GtmMessage.WaitReport;
import dev.drover.gtm.protocol.GtmMessage.Welcome;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class MessageCodecTest {
  private static final CoordinatorEpoch EPOCH = new CoordinatorEpoch(3, 1L << 40);
  private static final CatalogState CATALOG = new CatalogState(4, 5, 6);
  private static final GateLimits LIMITS = new GateLimits(50, 20, 4);
  private static final Backend BACKEND = new Backend("dn_ü", 4711);

  /** One of each kind; the permits of the sealed type say whether one is missing. */
  private static final List<GtmMessage> ALL =
      List.of(
          new Challenge(1, "abc"),
          new Hello(1, Role.COORDINATOR, "c1", "def", "0123"),
          new Hello(1, Role.AGENT, "a1", "def", "0123"),
          new Welcome("4567", List.of(new NodeAddress("gtm2", "h", 7))),
          new GtmMessage.StandingBy(),
          new Register(-1, 2, 3),
          new Registered(-1, 2, EPOCH, new LeaseTerms(4000, 100), CATALOG),
          new RegistrationRefused("no room"),
          new Heartbeat(1, 2),
          new HeartbeatAck(1, 2, CatalogState.INITIAL),
          new LeaseLost(7, true),
          new Release(8, 9),
          new LeaseGxids(1, 2),
          new GxidRange(1, 10_000, 20_000),
          new PublishBegin(1, 2),
          new PublishReady(1, 2),
          new PublishEnd(1, 2, false),
          new Catalog(CATALOG),
          new CatalogStaleAck(1, 2),
          new WaitReport(
              1,
              2,
              3,
              List.of(
                  new ReportedTransaction(5, 6, List.of(BACKEND, BACKEND), List.of(BACKEND)),
                  new ReportedTransaction(7, 8, List.of(), List.of()))),
          new WaitMark(1),
          new VictimChosen(1, 2, BACKEND),
          new Nodes(List.of(new NodeAddress("dn1", "127.0.0.1", 5432))),
          new ListLive(1),
          new Live(1, new Liveness(true, List.of(EPOCH), List.of())),
          new Fenced(1, EPOCH),
          new FenceWanted(EPOCH),
          new Done(1),
          new GtmMessage.SnapshotWanted(1, 2, 3),
          new GtmMessage.GateClose(1L << 41, LIMITS),
          new GtmMessage.GateDrained(1, 2, true),
          new GtmMessage.GateHold(1, LIMITS),
          new GtmMessage.GateHeld(1, 2, 3, true),
          new GtmMessage.GateRefused(1, 2),
          new GtmMessage.SnapshotNow(1, 2),
          new GtmMessage.SnapshotTaken(1, 2),
          new GtmMessage.GateOpen(1, true),
          new GtmMessage.GateAlone(1, 2, 200, LIMITS),
          new GtmMessage.PauseWanted(1, 2),
          new GtmMessage.PauseEnded(1, 2),
          new GtmMessage.PauseHeld(1, 2, true, 3),
          new GtmMessage.PauseState(1, 2, true));

  @Test
  void everyMessageComesBackAsItWent() {
    for (GtmMessage message : ALL) {
      assertThat(MessageCodec.decode(encode(message))).isEqualTo(message);
    }
    assertThat(ALL.stream().map(Object::getClass).distinct().count())
        .isEqualTo(kinds(GtmMessage.class).count());
  }

  @Test
  void aMessageThatIsTooShortOrTooLongIsRefused() {
    for (GtmMessage message : ALL) {
      ByteBuf whole = encode(message);
      for (int length = 0; length < whole.readableBytes(); length++) {
        ByteBuf cut = whole.copy(0, length);
        assertThatThrownBy(() -> MessageCodec.decode(cut)).isInstanceOf(SqlError.class);
      }
      ByteBuf longer = whole.copy().writeByte(0);
      assertThatThrownBy(() -> MessageCodec.decode(longer)).isInstanceOf(SqlError.class);
    }
  }

  /** Whatever comes in, it is a message or an error of the protocol, never another failure. */
  @Test
  void damagedMessagesAreMessagesOrErrors() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
    List<GtmMessage> survivors = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      ByteBuf bytes = encode(ALL.get(random.nextInt(ALL.size())));
      int at = random.nextInt(bytes.readableBytes());
      bytes.setByte(at, random.nextInt(256));
      try {
        survivors.add(MessageCodec.decode(bytes));
      } catch (SqlError e) {
        assertThat(e.state().code()).isEqualTo("08P01");
      }
    }
    assertThat(survivors).isNotEmpty();
  }

  @Test
  void aProofIsGoodForOneChallengeOneNameAndOneDirection() {
    Handshake handshake = new Handshake("the secret of the cluster");
    Handshake stranger = new Handshake("the secret of another one");
    Challenge challenge = handshake.challenge();
    Hello hello = handshake.hello(challenge, Role.COORDINATOR, "c1");
    assertThat(handshake.accepts(challenge, hello)).isTrue();
    assertThat(stranger.accepts(challenge, hello)).isFalse();
    assertThat(handshake.accepts(handshake.challenge(), hello)).isFalse();
    Hello renamed = new Hello(1, Role.COORDINATOR, "c2", hello.nonce(), hello.proof());
    assertThat(handshake.accepts(challenge, renamed)).isFalse();
    Hello promoted = new Hello(1, Role.AGENT, "c1", hello.nonce(), hello.proof());
    assertThat(handshake.accepts(challenge, promoted)).isFalse();
    assertThat(handshake.accepts(challenge, hello, handshake.welcome(challenge, hello, List.of())))
        .isTrue();
    assertThat(handshake.accepts(challenge, hello, stranger.welcome(challenge, hello, List.of())))
        .isFalse();
    assertThat(handshake.accepts(challenge, hello, new Welcome(hello.proof(), List.of())))
        .isFalse();
    assertThatThrownBy(() -> new Handshake("short")).isInstanceOf(IllegalArgumentException.class);
  }

  private static Stream<Class<?>> kinds(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(MessageCodecTest::kinds)
        : Stream.of(type);
  }

  private static ByteBuf encode(GtmMessage message) {
    ByteBuf out = Unpooled.buffer();
    MessageCodec.encode(message, out);
    return out;
  }
}
