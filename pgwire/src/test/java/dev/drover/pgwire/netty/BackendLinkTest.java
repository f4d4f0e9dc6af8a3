package dev.drover.pgwire.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.server.PostgresServer;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Links to a real server. */
@Timeout(60)
@ExtendWith(PostgresServer.Provider.class)
class BackendLinkTest {
  private final Transport transport = Transport.create(1);
  private final PostgresServer server;

  BackendLinkTest(PostgresServer server) {
    this.server = server;
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  @Test
  void simpleQueryIsAnswered() throws Exception {
    BackendLink link = open();
    assertThat(query(link, "SELECT 1, NULL, 'żółw'; SELECT 2"))
        .containsExactly("T", "D [1, NULL, żółw]", "C SELECT 1", "T", "D [2]", "C SELECT 1", "Z I");
    assertThat(link.parameters())
        .containsEntry("client_encoding", "UTF8")
        .containsEntry("application_name", "drover-test");
    assertThat(link.processId()).isPositive();
    assertThat(link.cancelKey()).hasSize(4);
  }

  @Test
  void unixSocketsAndNioServeAsWell() throws Exception {
    assertThat(query(open(server.unixSocket(), options()), "SELECT 1")).contains("D [1]");
    try (Transport nio = Transport.nio(1)) {
      for (ServerAddress address : List.of(server.tcp(), server.unixSocket())) {
        BackendLink link = BackendLink.connect(nio, nio.next(), address, options()).sync().getNow();
        assertThat(query(link, "SELECT 1")).contains("D [1]");
      }
    }
  }

  @Test
  void hostNamesAreLookedUp() throws Exception {
    ServerAddress address = new ServerAddress.Tcp("localhost", server.port());
    assertThat(query(open(address, options()), "SELECT 1")).contains("D [1]");
  }

  @Test
  void statusFollowsTheTransaction() throws Exception {
    BackendLink link = open();
    assertThat(query(link, "BEGIN")).containsExactly("C BEGIN", "Z T");
    assertThat(query(link, "SELECT 1/0")).containsExactly("E 22012 division by zero", "Z E");
    assertThat(onLoop(link, link::status)).isEqualTo('E');
    assertThat(query(link, "ROLLBACK")).containsExactly("C ROLLBACK", "Z I");
  }

  /** Three units in one write; the second fails and skips to its Sync. */
  @Test
  void pipelinedUnitsGetTheirOwnReplies() throws Exception {
    BackendLink link = open();
    RecordingReply first = new RecordingReply();
    RecordingReply second = new RecordingReply();
    RecordingReply third = new RecordingReply();
    link.loop()
        .submit(
            () -> {
              ByteBuf out = link.out();
              FrontendEncoder.parse(out, "s", "SELECT $1::int + 1".getBytes(UTF_8), new int[0]);
              FrontendEncoder.describeStatement(out, "s");
              bindAndExecute(out, "41");
              link.expect(first);
              bindAndExecute(out, "no number");
              link.expect(second);
              bindAndExecute(out, "1");
              link.expect(third);
              assertThat(link.pending()).isEqualTo(3);
              link.flush();
            })
        .sync();
    assertThat(first.done.get())
        .containsExactly("1", "t", "T", "2", "T", "D [42]", "C SELECT 1", "Z I");
    assertThat(second.done.get()).hasSize(2).element(0).asString().startsWith("E 22P02");
    assertThat(third.done.get()).containsExactly("2", "T", "D [2]", "C SELECT 1", "Z I");
    assertThat(onLoop(link, link::pending)).isZero();
  }

  @Test
  void copyGoesInAndOut() throws Exception {
    BackendLink link = open();
    query(link, "CREATE TEMP TABLE t (a int, b text)");
    RecordingReply reply = new RecordingReply();
    byte[] rows = "1\tone\n2\t\\N\n".getBytes(UTF_8);
    link.loop()
        .submit(
            () -> {
              FrontendEncoder.query(link.out(), "COPY t FROM STDIN");
              FrontendEncoder.copyDataHeader(link.out(), rows.length);
              link.forward(link.out().alloc().directBuffer().writeBytes(rows));
              FrontendEncoder.copyDone(link.out());
              link.expect(reply);
              link.flush();
            })
        .sync();
    assertThat(reply.done.get()).containsExactly("G", "C COPY 2", "Z I");
    assertThat(query(link, "COPY t TO STDOUT"))
        .containsExactly("H", "d 1\tone\n", "d 2\t\\N\n", "c", "C COPY 2", "Z I");
  }

  @Test
  void cancelEndsTheStatementAndIsOverWhenItsFutureIs() throws Exception {
    BackendLink link = open();
    RecordingReply reply = new RecordingReply();
    CompletableFuture<Void> started = new CompletableFuture<>();
    onLoop(
        link,
        () -> {
          link.setListener((_, _) -> {});
          FrontendEncoder.query(link.out(), "DO $$BEGIN RAISE NOTICE 'go'; END$$");
          link.expect(ready(() -> started.complete(null)));
          FrontendEncoder.query(link.out(), "SELECT pg_sleep(50)");
          link.expect(reply);
          link.flush();
          return true;
        });
    started.get();
    awaitActive(link);
    onLoop(link, link::cancel).sync();
    assertThat(reply.done.get())
        .containsExactly("T", "E 57014 canceling statement due to user request", "Z I");
    assertThat(query(link, "SELECT 1")).contains("D [1]");
  }

  @Test
  void lostServerBreaksRepliesAndTellsWhy() throws Exception {
    BackendLink link = open();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    onLoop(link, () -> closeTo(link, closed));
    int victim = link.processId();
    assertThat(query(open(), "SELECT pg_terminate_backend(" + victim + ")")).contains("D [t]");
    closed.get();
    assertThat(link.isOpen()).isFalse();
    assertThatThrownBy(() -> query(link, "SELECT 1"))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            SqlError.class,
            error -> {
              assertThat(error.state()).isEqualTo(SqlState.CONNECTION_FAILURE);
              assertThat(error.detail().orElseThrow()).contains("57P01");
            });
  }

  @Test
  void replyInProgressIsBrokenWhenTheServerGoes() throws Exception {
    BackendLink link = open();
    RecordingReply reply = new RecordingReply();
    onLoop(
        link,
        () -> {
          FrontendEncoder.query(
              link.out(), "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(50)");
          link.expect(reply);
          link.flush();
          return true;
        });
    assertThatThrownBy(reply.done::get).cause().hasMessageContaining("closed the connection");
  }

  @Test
  void closeBreaksRepliesAndEndsTheSession() throws Exception {
    BackendLink link = open();
    RecordingReply reply = new RecordingReply();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    onLoop(
        link,
        () -> {
          FrontendEncoder.query(link.out(), "SELECT pg_sleep(0)");
          link.expect(reply);
          link.close();
          return closeTo(link, closed);
        });
    closed.get();
    assertThatThrownBy(reply.done::get).cause().isInstanceOf(SqlError.class);
  }

  @Test
  void serversRefusalCarriesItsFields() {
    Future<BackendLink> refused =
        connect(server.tcp(), LinkOptions.of("postgres", "no_such_db", new Credentials.None()));
    assertThat(refused.awaitUninterruptibly().cause())
        .isInstanceOfSatisfying(
            ServerError.class,
            error -> {
              assertThat(error.fields().sqlState()).isEqualTo("3D000");
              assertThat(error.fields().severity()).isEqualTo("FATAL");
            });
  }

  @Test
  void nobodyListeningIsAnErrorOfConnection() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    expectUnreachable(new ServerAddress.Tcp("127.0.0.1", port), options());
    expectUnreachable(new ServerAddress.UnixSocket(Path.of("/none")), options());
    expectUnreachable(new ServerAddress.Tcp("host.invalid", port), options());
  }

  @Test
  void serverThatSaysNothingIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      LinkOptions hasty = options().withConnectTimeout(Duration.ofMillis(200));
      expectUnreachable(new ServerAddress.Tcp("127.0.0.1", silent.getLocalPort()), hasty);
    }
  }

  @Test
  void serverThatTalksNonsenseIsGivenUp() throws Exception {
    for (String nonsense : List.of("HTTP/1.1 400", "Z\0\0\0\5I", "R\0\0\0\3", "D\0\0\0\6\0\0")) {
      try (ServerSocket strange = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
        Future<BackendLink> link =
            connect(new ServerAddress.Tcp("127.0.0.1", strange.getLocalPort()), options());
        try (var accepted = strange.accept()) {
          accepted.getOutputStream().write(nonsense.getBytes(UTF_8));
          assertThat(link.awaitUninterruptibly().cause())
              .isInstanceOfSatisfying(
                  SqlError.class,
                  error -> assertThat(error.state()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
        }
      }
    }
  }

  @Test
  void notificationsAreHeardWhileNothingRuns() throws Exception {
    BackendLink link = open();
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    onLoop(
        link,
        () -> {
          link.setNotifications(n -> heard.add(n.channel() + " " + n.payload()));
          return true;
        });
    query(link, "LISTEN herd");
    query(open(), "NOTIFY herd, 'moo'");
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("herd moo");
    query(link, "SET application_name = 'renamed'");
    assertThat(onLoop(link, link::parameters)).containsEntry("application_name", "renamed");
  }

  private void expectUnreachable(ServerAddress address, LinkOptions options) {
    assertThat(connect(address, options).awaitUninterruptibly().cause())
        .isInstanceOfSatisfying(
            SqlError.class,
            error ->
                assertThat(error.state())
                    .isEqualTo(SqlState.SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION));
  }

  /** Waits, by asking, until the server runs the statement that is to be cancelled. */
  private void awaitActive(BackendLink link) throws Exception {
    BackendLink observer = open();
    String question =
        "SELECT count(*) FROM pg_stat_activity WHERE pid = %d AND wait_event = 'PgSleep'"
            .formatted(link.processId());
    List<String> answer = query(observer, question);
    while (!answer.contains("D [1]")) {
      answer = query(observer, question);
    }
  }

  private static boolean closeTo(BackendLink link, CompletableFuture<Void> closed) {
    link.onClose(() -> closed.complete(null));
    return true;
  }

  private static Reply ready(Runnable action) {
    return new Reply() {
      @Override
      public void rows(ByteBuf run) {
        run.release();
      }

      @Override
      public void message(byte type, ByteBuf body) {
        assertThat(type).isIn(Backend.NOTICE, Backend.COMMAND_COMPLETE);
      }

      @Override
      public void ready(char status) {
        action.run();
      }

      @Override
      public void broken(SqlError error) {
        throw error;
      }
    };
  }

  private static void bindAndExecute(ByteBuf out, String value) {
    BindParameters parameters = BindParameters.text(List.of(value.getBytes(UTF_8)));
    FrontendEncoder.bind(out, "", "s", parameters, new int[0]);
    FrontendEncoder.describePortal(out, "");
    FrontendEncoder.execute(out, "", 0);
    FrontendEncoder.sync(out);
  }

  static LinkOptions options() {
    return LinkOptions.of("postgres", "postgres", new Credentials.None())
        .withParameters(Map.of("client_encoding", "UTF8", "application_name", "drover-test"));
  }

  private BackendLink open() throws InterruptedException {
    return open(server.tcp(), options());
  }

  private BackendLink open(ServerAddress address, LinkOptions options) throws InterruptedException {
    return connect(address, options).sync().getNow();
  }

  private Future<BackendLink> connect(ServerAddress address, LinkOptions options) {
    return BackendLink.connect(transport, transport.next(), address, options);
  }

  static List<String> query(BackendLink link, String sql) throws Exception {
    RecordingReply reply = new RecordingReply();
    link.loop()
        .submit(
            () -> {
              FrontendEncoder.query(link.out(), sql);
              link.expect(reply);
              link.flush();
            })
        .sync();
    return reply.done.get();
  }

  private static <T> T onLoop(BackendLink link, Callable<T> call) throws InterruptedException {
    return link.loop().submit(call).sync().getNow();
  }
}
