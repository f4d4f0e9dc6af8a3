package dev.drover.pgwire.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.Protocol;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What clients, good and bad, get from the server's side of a connection. */
@Timeout(60)
class FrontendServerTest {
  private static final String STARTUP = "startup {user=ewa, database=ewa}";

  private final Transport transport = Transport.create(1);
  private final BlockingQueue<RecordingListener> listeners = new LinkedBlockingQueue<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private FrontendServer server;

  private volatile BiConsumer<FrontendChannel, ByteBuf> onQuery =
      (channel, _) -> BackendEncoder.emptyQuery(channel.out());

  @BeforeEach
  void listen() throws InterruptedException {
    log.start();
    root.addAppender(log);
    server = bind(FrontendOptions.defaults());
  }

  @AfterEach
  void stop() {
    root.detachAppender(log);
    transport.close();
  }

  @Test
  void garbageIsRefusedWithoutALineInTheLog() throws Exception {
    for (byte[] garbage : garbage()) {
      try (RawClient client = RawClient.connect(server.port())) {
        client.send(garbage);
        client.expectFatal("08P01", "invalid length of startup packet");
      }
      assertThat(nextListener().events.take()).isEqualTo("opened loopback=true");
    }
    assertThat(log.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.INFO));
  }

  @Test
  void encryptionIsDeclinedOnceEach() throws Exception {
    try (RawClient client = RawClient.connect(server.port())) {
      client.send(FrontendEncoder::sslRequest);
      assertThat(client.readByte()).isEqualTo((byte) 'N');
      client.send(out -> out.writeInt(8).writeInt(Protocol.GSSENC_REQUEST));
      assertThat(client.readByte()).isEqualTo((byte) 'N');
      client.send(FrontendEncoder::sslRequest);
      client.expectFatal(
          "0A000", "unsupported frontend protocol 1234.5679: server supports 3.0 to 3.2");
    }
  }

  @Test
  void newerMinorVersionIsNegotiated() throws Exception {
    try (RawClient client = RawClient.connect(server.port())) {
      byte[] text = "user\0ewa\0_pq_.new\0on\0\0".getBytes(UTF_8);
      client.send(out -> out.writeInt(8 + text.length).writeInt((3 << 16) + 2).writeBytes(text));
      RawClient.Message negotiation = client.read();
      assertThat(negotiation.type()).isEqualTo('v');
      assertThat(negotiation.body().readInt()).isEqualTo(Protocol.VERSION_3_2);
      assertThat(negotiation.body().readInt()).isEqualTo(1);
      assertThat(client.read().type()).isEqualTo('R');
      assertThat(client.read().type()).isEqualTo('Z');
    }
    assertThat(nextListener().events).contains(STARTUP);
  }

  @Test
  void bytesThatComeOneByOneMakeTheSameCalls() throws Exception {
    try (RawClient client = RawClient.connect(server.port())) {
      client.sendByteByByte(FrontendEncoder::sslRequest);
      assertThat(client.readByte()).isEqualTo((byte) 'N');
      client.sendByteByByte(out -> FrontendEncoder.startup(out, Map.of("user", "ewa")));
      assertThat(client.read().type()).isEqualTo('R');
      client.sendByteByByte(
          out -> {
            FrontendEncoder.query(out, "SELECT 1");
            FrontendEncoder.sync(out);
            FrontendEncoder.terminate(out);
          });
      assertThat(client.read().type()).isEqualTo('Z');
      assertThat(client.read().type()).isEqualTo('I');
      client.expectEnd();
    }
    expectEvents("opened loopback=true", STARTUP, "Q 9", "S 0", "X 0", "closed");
  }

  @Test
  void onlyPasswordsComeBeforeAuthentication() throws Exception {
    try (RawClient client = stranger()) {
      client.send(out -> FrontendEncoder.password(out, "secret"));
      client.send(out -> FrontendEncoder.query(out, "SELECT 1"));
      client.expectFatal("08P01", "expected password response, got message type 81");
    }
    RecordingListener listener = nextListener();
    assertThat(take(listener, 3)).last().isEqualTo("p 7");
  }

  @Test
  void longPasswordsAreRefused() throws Exception {
    try (RawClient client = stranger()) {
      client.send(out -> out.writeByte('p').writeInt(20_000).writeZero(19_996));
      client.expectFatal("08P01", "invalid message length");
    }
  }

  @Test
  void clientsThatDoNotAuthenticateInTimeAreDismissed() throws Exception {
    server = bind(FrontendOptions.defaults().withAuthenticationTimeout(Duration.ofMillis(200)));
    try (RawClient silent = RawClient.connect(server.port());
        RawClient stranger = stranger();
        RawClient user = RawClient.open(server.port())) {
      silent.expectFatal("57014", "canceling authentication due to timeout");
      stranger.expectFatal("57014", "canceling authentication due to timeout");
      user.send(FrontendEncoder::terminate);
      user.expectEnd();
    }
  }

  @Test
  void unknownMessagesAndImpossibleLengthsEndTheSession() throws Exception {
    expectFatal(out -> out.writeByte('@').writeInt(4), "invalid frontend message type 64");
    expectFatal(out -> out.writeByte('Q').writeInt(3), "invalid message length");
    expectFatal(out -> out.writeByte('Q').writeInt(-1), "invalid message length");
    expectFatal(out -> out.writeByte('S').writeInt(20_000), "invalid message length");
    expectFatal(out -> out.writeByte('Q').writeInt(0x7fff_ffff), "invalid message length");
    expectFatal(out -> out.writeByte('d').writeInt(300 << 20), "invalid message length");
  }

  @Test
  void clientThatKeepsSendingStillGetsTheReason() throws Exception {
    try (RawClient client = RawClient.open(server.port())) {
      client.send(out -> out.writeByte('@').writeInt(4).writeZero(200_000));
      client.expectFatal("08P01", "invalid frontend message type 64");
    }
  }

  @Test
  void cancelRequestGetsItsKeyAndTheEndOfTheConnection() throws Exception {
    try (RawClient client = RawClient.connect(server.port())) {
      client.send(out -> FrontendEncoder.cancelRequest(out, 4711, new byte[] {1, 2, 3, 4}));
      client.expectEnd();
    }
    expectEvents("opened loopback=true", "cancel 4711 01020304", "closed");
  }

  @Test
  void failingSessionEndsWithAnInternalErrorAndALine() throws Exception {
    onQuery =
        (_, _) -> {
          throw new IllegalStateException("bug");
        };
    try (RawClient client = RawClient.open(server.port())) {
      client.send(out -> FrontendEncoder.query(out, "SELECT 1"));
      client.expectFatal("XX000", "internal error");
    }
    expectEvents("opened loopback=true", STARTUP, "Q 9", "closed");
    assertThat(log.list).anyMatch(event -> event.getLevel() == Level.ERROR);
  }

  @Test
  void messagesAreNotDecodedWhilePaused() throws Exception {
    onQuery = (channel, _) -> channel.pause();
    try (RawClient client = RawClient.open(server.port())) {
      RecordingListener listener = nextListener();
      client.send(
          out -> {
            for (int i = 0; i < 3; i++) {
              FrontendEncoder.query(out, "x".repeat(i));
            }
            FrontendEncoder.terminate(out);
          });
      take(listener, 2);
      for (int i = 0; i < 3; i++) {
        assertThat(listener.events.take()).isEqualTo("Q " + (i + 1));
        onLoop(listener, () -> assertThat(listener.events).isEmpty());
        onLoop(listener, () -> listener.channel.resume());
      }
      assertThat(listener.events.take()).isEqualTo("X 0");
      client.expectEnd();
    }
  }

  @Test
  void manyClientsThatComeAndGoLeaveNothingBehind() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      clients.add(i % 2 == 0 ? RawClient.open(server.port()) : RawClient.connect(server.port()));
    }
    for (RawClient client : clients) {
      client.close();
    }
    for (int i = 0; i < 200; i++) {
      RecordingListener listener = nextListener();
      List<String> events = new ArrayList<>(List.of(listener.events.take()));
      while (!events.contains("closed")) {
        events.add(listener.events.take());
      }
      assertThat(events).doesNotHaveDuplicates();
    }
  }

  private FrontendServer bind(FrontendOptions options) throws InterruptedException {
    ServerAddress address = new ServerAddress.Tcp("127.0.0.1", 0);
    return FrontendServer.bind(transport, address, options, this::newListener).sync().getNow();
  }

  private RecordingListener newListener() {
    RecordingListener listener =
        new RecordingListener((channel, body) -> onQuery.accept(channel, body));
    listeners.add(listener);
    return listener;
  }

  private RecordingListener nextListener() throws InterruptedException {
    RecordingListener listener = listeners.poll(20, TimeUnit.SECONDS);
    assertThat(listener).isNotNull();
    return listener;
  }

  private RawClient stranger() throws IOException {
    RawClient client = RawClient.connect(server.port());
    client.send(out -> FrontendEncoder.startup(out, Map.of("user", "stranger")));
    return client;
  }

  private void expectFatal(Consumer<ByteBuf> message, String error) throws IOException {
    try (RawClient client = RawClient.open(server.port())) {
      client.send(message);
      client.expectFatal("08P01", error);
    }
  }

  private void expectEvents(String... events) throws InterruptedException {
    assertThat(take(nextListener(), events.length)).containsExactly(events);
  }

  private static List<String> take(RecordingListener listener, int count)
      throws InterruptedException {
    List<String> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(listener.events.poll(20, TimeUnit.SECONDS));
    }
    return events;
  }

  private static void onLoop(RecordingListener listener, Runnable action)
      throws InterruptedException {
    listener.channel.loop().submit(action).sync();
  }

  private static List<byte[]> garbage() {
    Random random = new Random(1);
    List<byte[]> garbage = new ArrayList<>();
    garbage.add("GET / HTTP/1.1\r\nHost: herd\r\n\r\n".getBytes(UTF_8));
    garbage.add(new byte[] {0, 0, 0, 3});
    garbage.add(new byte[] {-1, -1, -1, -1, 9});
    garbage.add(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc});
    byte[] flood = new byte[100_000];
    random.nextBytes(flood);
    flood[0] = 0x40;
    garbage.add(flood);
    return garbage;
  }
}
