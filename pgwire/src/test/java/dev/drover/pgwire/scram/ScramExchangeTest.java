package dev.drover.pgwire.scram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides against the vectors of RFC 7677, section 3, and against each other. */
class ScramExchangeTest {
  private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
  private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
  private static final String CLIENT_FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
  private static final String SERVER_FIRST =
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
  private static final String CLIENT_FINAL =
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
          + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  private static final String SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
  private static final SecureRandom RANDOM = new SecureRandom();

  @Test
  void clientSpeaksTheVectors() {
    ScramClient client = ScramClient.withNonce("pencil", "user", CLIENT_NONCE);
    assertThat(client.clientFirst()).asString(UTF_8).isEqualTo(CLIENT_FIRST);
    assertThat(client.clientFinal(bytes(SERVER_FIRST))).asString(UTF_8).isEqualTo(CLIENT_FINAL);
    client.verify(bytes(SERVER_FINAL));
  }

  @Test
  void serverSpeaksTheVectors() {
    ScramServer server = ScramServer.withNonce(pencil(), SERVER_NONCE);
    assertThat(server.first(bytes(CLIENT_FIRST))).asString(UTF_8).isEqualTo(SERVER_FIRST);
    ScramServer.Success success = server.last(bytes(CLIENT_FINAL)).orElseThrow();
    assertThat(success.serverFinal()).asString(UTF_8).isEqualTo(SERVER_FINAL);
  }

  @Test
  void keysOfOneLoginOpenAnotherServerWithTheSameVerifier() {
    ScramServer first = ScramServer.withNonce(pencil(), SERVER_NONCE);
    first.first(bytes(CLIENT_FIRST));
    ScramKeyPair keys = first.last(bytes(CLIENT_FINAL)).orElseThrow().keys();
    ScramVerifier copied = ScramVerifier.parse(pencil().format()).orElseThrow();
    assertThat(login(ScramClient.withKeys(keys, RANDOM), copied)).isPresent();
    ScramVerifier otherSalt = ScramVerifier.fromPassword("pencil", new byte[16], 4096);
    assertThat(login(ScramClient.withKeys(keys, RANDOM), otherSalt)).isEmpty();
  }

  @Test
  void wrongPasswordsAndUnknownUsersFailAlike() {
    assertThat(login(ScramClient.withPassword("pencil2", RANDOM), pencil())).isEmpty();
    byte[] secret = {1, 2, 3};
    ScramServer mock = ScramServer.mock("nobody", secret, RANDOM);
    ScramClient client = ScramClient.withPassword("pencil", RANDOM);
    byte[] serverFirst = mock.first(client.clientFirst());
    assertThat(new String(serverFirst, UTF_8)).contains(",i=4096");
    assertThat(mock.last(client.clientFinal(serverFirst))).isEmpty();
  }

  @Test
  void mockSaltsStayTheSameForOneUserAndDifferBetweenUsers() {
    byte[] secret = {1, 2, 3};
    ScramVerifier once = ScramVerifier.mock("nobody", secret);
    assertThat(ScramVerifier.mock("nobody", secret)).isEqualTo(once);
    assertThat(ScramVerifier.mock("nobody2", secret).salt()).isNotEqualTo(once.salt());
    assertThat(ScramVerifier.mock("nobody", new byte[] {4}).salt()).isNotEqualTo(once.salt());
    assertThat(once.salt()).hasSize(ScramVerifier.SALT_BYTES);
  }

  @Test
  void clientRefusesAServerThatDoesNotKnowTheVerifier() {
    ScramClient client = ScramClient.withNonce("pencil", "user", CLIENT_NONCE);
    client.clientFinal(bytes(SERVER_FIRST));
    String forged = "v=" + Base64.getEncoder().encodeToString(new byte[32]);
    assertThatThrownBy(() -> client.verify(bytes(forged)))
        .hasMessage("incorrect server signature in SCRAM exchange");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r=otherNonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=!!,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000",
        "r=rOprNGfwEbeRWgbNEkqOx",
        ""
      })
  void clientRefusesMalformedServerFirst(String serverFirst) {
    ScramClient client = ScramClient.withNonce("pencil", "user", CLIENT_NONCE);
    assertViolation(() -> client.clientFinal(bytes(serverFirst)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "n",
        "x,,n=,r=abc",
        "n,,r=abc",
        "n,,n=,r=",
        "n,,n=,r=a b",
        "p=tls-server-end-point,,n=,r=abc",
        "n,,n="
      })
  void serverRefusesMalformedClientFirst(String clientFirst) {
    ScramServer server = ScramServer.of(pencil(), RANDOM);
    assertViolation(() -> server.first(bytes(clientFirst)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c=biws,r=NONCE",
        "c=eSws,r=NONCE,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws,r=wrong,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws,r=NONCE,p=AAAA",
        "c=biws,r=NONCE,p=###"
      })
  void serverRefusesMalformedClientFinal(String clientFinal) {
    ScramServer server = ScramServer.withNonce(pencil(), SERVER_NONCE);
    server.first(bytes(CLIENT_FIRST));
    String message = clientFinal.replace("NONCE", CLIENT_NONCE + SERVER_NONCE);
    assertViolation(() -> server.last(bytes(message)));
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    ScramServer server = ScramServer.of(pencil(), RANDOM);
    assertViolation(() -> server.first(new byte[] {'n', ',', (byte) 0xff}));
  }

  @Test
  void verifierTextRoundTrips() {
    String text = pencil().format();
    assertThat(text)
        .isEqualTo(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    assertThat(ScramVerifier.parse(text)).contains(pencil());
    assertThat(pencil().matches("pencil")).isTrue();
    assertThat(pencil().matches("Pencil")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "SCRAM-SHA-256$4096:W22Z$AAAA:AAAA",
        "SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$"
            + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
            + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "SCRAM-SHA-256$x:y$z"
      })
  void otherTextIsNoVerifier(String text) {
    assertThat(ScramVerifier.parse(text)).isEmpty();
  }

  @Test
  void secretsStayOutOfTexts() {
    assertThat(pencil().toString()).doesNotContain("WG5d8oPm");
    assertThat(ScramKeyPair.derive("pencil", SALT, 4096).toString())
        .isEqualTo("ScramKeyPair[hidden]");
  }

  private static Optional<ScramServer.Success> login(ScramClient client, ScramVerifier verifier) {
    ScramServer server = ScramServer.of(verifier, RANDOM);
    byte[] serverFirst = server.first(client.clientFirst());
    Optional<ScramServer.Success> success = server.last(client.clientFinal(serverFirst));
    success.ifPresent(result -> client.verify(result.serverFinal()));
    return success;
  }

  private static ScramVerifier pencil() {
    return ScramVerifier.fromPassword("pencil", SALT, 4096);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void assertViolation(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SqlError.class,
            error -> assertThat(error.state()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
  }
}
