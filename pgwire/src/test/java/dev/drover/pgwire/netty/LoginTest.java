package dev.drover.pgwire.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.scram.ScramKeyPair;
import dev.drover.pgwire.scram.ScramServer;
import dev.drover.pgwire.scram.ScramVerifier;
import dev.drover.pgwire.server.PostgresServer;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins of ours at a real server, and of a real driver at ours. */
@Timeout(60)
@ExtendWith(PostgresServer.Provider.class)
class LoginTest {
  private static final byte[] MOCK_SECRET = {7};

  private final Transport transport = Transport.create(1);
  private final PostgresServer server;

  LoginTest(PostgresServer server) {
    this.server = server;
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scram_role", "md5_role", "clear_role"})
  void passwordOpensTheServer(String role) throws Exception {
    BackendLink link = open(role, new Credentials.Password(PostgresServer.PASSWORD));
    assertThat(BackendLinkTest.query(link, "SELECT current_user")).contains("D [" + role + "]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"scram_role", "md5_role", "clear_role"})
  void wrongPasswordIsTheServersError(String role) {
    assertThatThrownBy(() -> open(role, new Credentials.Password("wrong")))
        .isInstanceOfSatisfying(
            ServerError.class, error -> assertThat(error.fields().sqlState()).isEqualTo("28P01"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"scram_role", "md5_role", "clear_role"})
  void noCredentialsAreAnErrorOfOurs(String role) {
    assertThatThrownBy(() -> open(role, new Credentials.None()))
        .isInstanceOfSatisfying(
            SqlError.class,
            error ->
                assertThat(error.state()).isEqualTo(SqlState.INVALID_AUTHORIZATION_SPECIFICATION));
  }

  @Test
  void verifierOfTheServerProvesOurHashing() throws Exception {
    ScramVerifier stored = storedVerifier();
    assertThat(stored.matches(PostgresServer.PASSWORD)).isTrue();
    assertThat(
            ScramVerifier.fromPassword(PostgresServer.PASSWORD, stored.salt(), stored.iterations()))
        .isEqualTo(stored);
  }

  /** The driver logs in here; the keys that this yields open the server, without a password. */
  @Test
  void keysOfAClientsLoginOpenTheServerAsThatClient() throws Exception {
    CompletableFuture<ScramKeyPair> keys = new CompletableFuture<>();
    ScramVerifier verifier = storedVerifier();
    FrontendServer ours = listen(user -> ScramServer.of(verifier, new SecureRandom()), keys);
    login(ours, "scram_role", PostgresServer.PASSWORD);
    BackendLink link = open("scram_role", Credentials.ScramKeys.of(keys.get()));
    assertThat(BackendLinkTest.query(link, "SELECT current_user")).contains("D [scram_role]");
  }

  @Test
  void wrongPasswordsAndUnknownUsersGetTheSameAnswerFromUs() throws Exception {
    ScramVerifier verifier = storedVerifier();
    CompletableFuture<ScramKeyPair> keys = new CompletableFuture<>();
    FrontendServer ours =
        listen(
            user ->
                user.equals("scram_role")
                    ? ScramServer.of(verifier, new SecureRandom())
                    : ScramServer.mock(user, MOCK_SECRET, new SecureRandom()),
            keys);
    for (String user : List.of("scram_role", "nobody")) {
      assertThatThrownBy(() -> login(ours, user, "wrong"))
          .isInstanceOfSatisfying(
              SQLException.class, error -> assertThat(error.getSQLState()).isEqualTo("28P01"))
          .hasMessageContaining("password authentication failed for user \"" + user + "\"");
    }
    assertThat(keys).isNotDone();
  }

  private ScramVerifier storedVerifier() throws Exception {
    BackendLink link = open("postgres", new Credentials.None());
    List<String> answer =
        BackendLinkTest.query(
            link, "SELECT rolpassword FROM pg_authid WHERE rolname = 'scram_role'");
    String row = answer.get(1);
    return ScramVerifier.parse(row.substring("D [".length(), row.length() - 1)).orElseThrow();
  }

  private static void login(FrontendServer ours, String user, String password) throws SQLException {
    String url = "jdbc:postgresql://127.0.0.1:%d/x?sslmode=disable".formatted(ours.port());
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      assertThat(connection.isValid(1)).isTrue();
    }
  }

  private FrontendServer listen(
      Function<String, ScramServer> scram, CompletableFuture<ScramKeyPair> keys)
      throws InterruptedException {
    return FrontendServer.bind(
            transport,
            new ServerAddress.Tcp("127.0.0.1", 0),
            FrontendOptions.defaults(),
            () -> new ScramSession(scram, keys))
        .sync()
        .getNow();
  }

  private BackendLink open(String role, Credentials credentials) throws InterruptedException {
    LinkOptions options = LinkOptions.of(role, "postgres", credentials);
    return BackendLink.connect(transport, transport.next(), server.tcp(), options).sync().getNow();
  }

  /** Lets clients in by SCRAM and answers every query with nothing. */
  private static final class ScramSession implements FrontendListener {
    private final Function<String, ScramServer> verifiers;
    private final CompletableFuture<ScramKeyPair> keys;
    private String user = "";
    private FrontendChannel channel;
    private ScramServer scram;
    private int passwords;

    ScramSession(Function<String, ScramServer> verifiers, CompletableFuture<ScramKeyPair> keys) {
      this.verifiers = verifiers;
      this.keys = keys;
    }

    @Override
    public void opened(FrontendChannel opened) {
      channel = opened;
    }

    @Override
    public void startup(Map<String, String> parameters) {
      user = parameters.get("user");
      scram = verifiers.apply(user);
      BackendEncoder.authenticationSasl(channel.out(), List.of(Protocol.SCRAM_SHA_256));
    }

    @Override
    public void cancel(int processId, byte[] key) {
      channel.closeAfterFlush();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case 'p' -> authenticate(body);
        case 'X' -> channel.closeAfterFlush();
        case 'S', 'Q' -> BackendEncoder.readyForQuery(channel.out(), 'I');
        case 'P' -> BackendEncoder.parseComplete(channel.out());
        case 'B' -> BackendEncoder.bindComplete(channel.out());
        case 'D' -> BackendEncoder.noData(channel.out());
        default -> BackendEncoder.emptyQuery(channel.out());
      }
    }

    private void authenticate(ByteBuf body) {
      if (passwords++ == 0) {
        byte[] first = FrontendDecoder.SaslInitialResponse.decode(body).response();
        BackendEncoder.saslContinue(channel.out(), scram.first(first));
        return;
      }
      ScramServer.Success success =
          scram
              .last(FrontendDecoder.bytes(body))
              .orElseThrow(
                  () ->
                      SqlError.of(
                          SqlState.INVALID_PASSWORD,
                          "password authentication failed for user \"%s\"".formatted(user)));
      keys.complete(success.keys());
      BackendEncoder.saslFinal(channel.out(), success.serverFinal());
      BackendEncoder.authenticationOk(channel.out());
      channel.authenticated();
      BackendEncoder.parameterStatus(channel.out(), "server_version", "18.0");
      BackendEncoder.parameterStatus(channel.out(), "client_encoding", "UTF8");
      BackendEncoder.parameterStatus(channel.out(), "DateStyle", "ISO, MDY");
      BackendEncoder.parameterStatus(channel.out(), "standard_conforming_strings", "on");
      BackendEncoder.readyForQuery(channel.out(), 'I');
    }

    @Override
    public void burstEnd() {
      channel.flush();
    }

    @Override
    public void writable(boolean writable) {}

    @Override
    public void closed() {}
  }
}
