package dev.drover.pgwire.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.FrontendEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Much data in both directions, on both kinds of sockets: order, completeness, bounds. */
@Timeout(60)
class FrontendFlowTest {
  private static final int CHUNK_BYTES = 16 << 10;
  private static final int CHUNKS = 4000;
  private static final long STALL_MILLIS = 500;
  private static final int FLOOD_BYTES = 64 << 20;

  @TempDir Path directory;

  private ByteBuffer pending = ByteBuffer.allocate(0);
  private long flooded;

  static Stream<Transport> transports() {
    return Stream.of(Transport.create(1), Transport.nio(1));
  }

  /** The session sends while the channel is writable and goes on when it is told so. */
  @ParameterizedTest
  @MethodSource("transports")
  void slowReaderGetsAllWithoutFillingTheServer(Transport transport) throws Exception {
    AtomicInteger sent = new AtomicInteger();
    CompletableFuture<RecordingListener> listener = new CompletableFuture<>();
    try (transport;
        RawClient client = RawClient.open(listen(transport, listener, (_, _) -> {}).port())) {
      RecordingListener session = listener.get();
      session.onWritable = () -> send(session.channel, sent);
      session.channel.loop().submit(() -> send(session.channel, sent)).sync();
      assertThat(sent.get()).isLessThan(CHUNKS);
      for (int i = 0; i < CHUNKS; i++) {
        RawClient.Message small = client.read();
        assertThat(small.type()).isEqualTo('C');
        RawClient.Message large = client.read();
        assertThat(large.type()).isEqualTo('d');
        assertThat(large.body().getInt(0)).isEqualTo(i);
      }
    }
  }

  /** A client that sends more than a paused session takes is stopped by its own socket. */
  @ParameterizedTest
  @MethodSource("transports")
  void floodStopsInTheClientsSocketWhileTheSessionIsPaused(Transport transport) throws Exception {
    CompletableFuture<RecordingListener> listener = new CompletableFuture<>();
    try (transport;
        SocketChannel client = SocketChannel.open()) {
      FrontendServer server = listen(transport, listener, (channel, _) -> channel.pause());
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      ByteBuf head = Unpooled.buffer();
      FrontendEncoder.startup(head, Map.of("user", "ewa"));
      FrontendEncoder.query(head, "pause");
      client.write(head.nioBuffer());
      long written = writeUntilStalled(client);
      assertThat(written).isLessThan(FLOOD_BYTES);
      RecordingListener session = listener.get();
      assertThat(session.events).anyMatch(event -> event.startsWith("Q"));
      assertThat(session.events).noneMatch(event -> event.startsWith("d"));
      session.channel.loop().submit(() -> session.channel.resume()).sync();
      assertThat(writeUntilStalled(client)).isEqualTo(FLOOD_BYTES);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void whatWasSentBeforeTheCloseArrives(Transport transport) throws Exception {
    CompletableFuture<RecordingListener> listener = new CompletableFuture<>();
    try (transport;
        RawClient client =
            RawClient.open(
                listen(
                        transport,
                        listener,
                        (channel, _) -> {
                          channel.forward(chunk(channel, 7, 5 << 20));
                          channel.closeAfterFlush();
                          BackendEncoder.emptyQuery(channel.out());
                        })
                    .port())) {
      client.send(out -> FrontendEncoder.query(out, "x"));
      RawClient.Message message = client.read();
      assertThat(message.body().readableBytes()).isEqualTo(5 << 20);
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void unixSocketServesAndReplacesADeadFile(Transport transport) throws Exception {
    ServerAddress.UnixSocket address = ServerAddress.UnixSocket.in(directory, 6432);
    Files.createFile(address.path());
    RecordingListener session =
        new RecordingListener((channel, _) -> BackendEncoder.emptyQuery(channel.out()));
    try (transport;
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      FrontendServer server =
          FrontendServer.bind(transport, address, FrontendOptions.defaults(), () -> session)
              .sync()
              .getNow();
      client.connect(UnixDomainSocketAddress.of(address.path()));
      assertThat(session.events.take()).isEqualTo("opened loopback=true");
      ByteBuf packet = Unpooled.buffer();
      FrontendEncoder.sslRequest(packet);
      client.write(packet.nioBuffer());
      ByteBuffer answer = ByteBuffer.allocate(1);
      client.read(answer);
      assertThat(answer.get(0)).isEqualTo((byte) 'N');
      server.close().sync();
    }
    assertThat(address.path()).doesNotExist();
  }

  private static FrontendServer listen(
      Transport transport,
      CompletableFuture<RecordingListener> listener,
      BiConsumer<FrontendChannel, ByteBuf> onQuery)
      throws InterruptedException {
    return FrontendServer.bind(
            transport,
            new ServerAddress.Tcp("127.0.0.1", 0),
            FrontendOptions.defaults(),
            () -> {
              RecordingListener made = new RecordingListener(onQuery);
              listener.complete(made);
              return made;
            })
        .sync()
        .getNow();
  }

  /** One small and one large message per round, in order. */
  private static void send(FrontendChannel channel, AtomicInteger sent) {
    while (sent.get() < CHUNKS && channel.writable()) {
      BackendEncoder.commandComplete(channel.out(), "CHUNK");
      channel.forward(chunk(channel, sent.getAndIncrement(), CHUNK_BYTES));
      channel.flush();
    }
    channel.flush();
  }

  private static ByteBuf chunk(FrontendChannel channel, int number, int bytes) {
    ByteBuf chunk = channel.out().alloc().directBuffer(bytes + 5);
    return chunk
        .writeByte('d')
        .writeInt(bytes + 4)
        .writeInt(number)
        .writeZero(bytes - Integer.BYTES);
  }

  /** CopyData until the socket takes no more for a while or all is written. */
  private long writeUntilStalled(SocketChannel client) throws Exception {
    ByteBuf frame = Unpooled.buffer();
    FrontendEncoder.copyData(frame, new byte[CHUNK_BYTES], 0, CHUNK_BYTES);
    client.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      client.register(selector, SelectionKey.OP_WRITE);
      while (flooded < FLOOD_BYTES) {
        if (!pending.hasRemaining()) {
          pending = frame.nioBuffer();
        }
        if (client.write(pending) == 0 && selector.select(STALL_MILLIS) == 0) {
          return flooded;
        }
        selector.selectedKeys().clear();
        flooded += pending.hasRemaining() ? 0 : CHUNK_BYTES;
      }
    }
    return flooded;
  }
}
