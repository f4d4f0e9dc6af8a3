package dev.drover.pgwire.scram;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.ongres.scram.common.ScramFunctions;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/**
 * The server's side of one SCRAM-SHA-256 exchange, without channel binding.
 *
 * <pre>
 * client-first  n,,n=user,r=CNONCE
 * server-first  r=CNONCE+SNONCE,s=SALT,i=ITERATIONS
 * client-final  c=biws,r=CNONCE+SNONCE,p=PROOF
 * server-final  v=SIGNATURE
 * </pre>
 *
 * <p>The user's name in the message is ignored: the startup packet named the user. A malformed
 * message raises 08P01; a proof that does not fit gives an empty result, in the same time for a
 * mock verifier as for a real one.
 *
 * <p>Threads: confined to one.
 *
 * <p>Source: RFC 5802; PostgreSQL 18, src/backend/libpq/auth-scram.c.
 */
public final class ScramServer {
  private final ScramVerifier verifier;
  private final boolean mock;
  private final String serverNonce;
  private String gs2Header = "";
  private String clientFirstBare = "";
  private String serverFirst = "";
  private String nonce = "";

  private ScramServer(ScramVerifier verifier, boolean mock, String serverNonce) {
    this.verifier = requireNonNull(verifier);
    this.mock = mock;
    this.serverNonce = requireNonNull(serverNonce);
  }

  public static ScramServer of(ScramVerifier verifier, SecureRandom random) {
    return new ScramServer(verifier, false, ScramText.nonce(random));
  }

  /** An exchange that always fails, for a user who does not exist; looks like any other. */
  public static ScramServer mock(String user, byte[] secret, SecureRandom random) {
    return new ScramServer(ScramVerifier.mock(user, secret), true, ScramText.nonce(random));
  }

  static ScramServer withNonce(ScramVerifier verifier, String serverNonce) {
    return new ScramServer(verifier, false, serverNonce);
  }

  /** Takes client-first and answers server-first. */
  public byte[] first(byte[] clientFirst) {
    if (!serverFirst.isEmpty()) {
      throw new IllegalStateException("client-first was taken already");
    }
    ScramText text = ScramText.of(clientFirst);
    gs2Header = gs2Header(text);
    clientFirstBare = text.rest();
    if (text.startsWith("m=")) {
      throw SqlError.of(
          SqlState.FEATURE_NOT_SUPPORTED, "client requires an unsupported SCRAM extension");
    }
    text.attribute('n');
    String clientNonce = text.attribute('r');
    if (!ScramText.isPrintable(clientNonce)) {
      throw SqlError.of(SqlState.PROTOCOL_VIOLATION, "non-printable characters in SCRAM nonce");
    }
    nonce = clientNonce + serverNonce;
    String salt = Base64.getEncoder().encodeToString(verifier.salt());
    serverFirst = "r=%s,s=%s,i=%d".formatted(nonce, salt, verifier.iterations());
    return serverFirst.getBytes(US_ASCII);
  }

  /** Takes client-final; empty when the proof does not fit the verifier. */
  public Optional<Success> last(byte[] clientFinal) {
    if (serverFirst.isEmpty()) {
      throw new IllegalStateException("client-first was not taken yet");
    }
    ScramText text = ScramText.of(clientFinal);
    int proofStart = text.all().lastIndexOf(",p=");
    if (proofStart < 0) {
      throw ScramText.malformed("Expected attribute \"p\".");
    }
    checkChannelBinding(text.attribute('c'));
    if (!MessageDigest.isEqual(text.attribute('r').getBytes(UTF_8), nonce.getBytes(UTF_8))) {
      throw SqlError.of(SqlState.PROTOCOL_VIOLATION, "invalid SCRAM response")
          .withDetail("Nonce does not match.");
    }
    byte[] proof = ScramText.base64(text.all().substring(proofStart + ",p=".length()));
    if (proof.length != ScramKeyPair.KEY_BYTES) {
      throw ScramText.malformed("Malformed proof in client-final-message.");
    }
    String withoutProof = text.all().substring(0, proofStart);
    return verify(proof, clientFirstBare + "," + serverFirst + "," + withoutProof);
  }

  private Optional<Success> verify(byte[] proof, String authMessage) {
    byte[] signature =
        ScramFunctions.clientSignature(ScramKeyPair.MECHANISM, verifier.storedKey(), authMessage);
    byte[] clientKey = ScramFunctions.clientProof(proof, signature);
    boolean fits = verifier.fits(clientKey);
    if (!fits || mock) {
      return Optional.empty();
    }
    byte[] serverSignature =
        ScramFunctions.serverSignature(ScramKeyPair.MECHANISM, verifier.serverKey(), authMessage);
    String serverFinal = "v=" + Base64.getEncoder().encodeToString(serverSignature);
    return Optional.of(
        new Success(
            serverFinal.getBytes(US_ASCII), ScramKeyPair.of(clientKey, verifier.serverKey())));
  }

  /** The part that says whether the client binds to a TLS channel: none does here. */
  private static String gs2Header(ScramText text) {
    String flag = text.field();
    if (flag.startsWith("p=")) {
      throw SqlError.of(SqlState.PROTOCOL_VIOLATION, "malformed SCRAM message")
          .withDetail(
              "The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message"
                  + " includes channel binding data.");
    }
    if (!flag.equals("n") && !flag.equals("y")) {
      throw ScramText.malformed("Unexpected channel-binding flag.");
    }
    if (!text.field().isEmpty()) {
      throw SqlError.of(
          SqlState.FEATURE_NOT_SUPPORTED,
          "client uses authorization identity, but it is not supported");
    }
    return flag + ",,";
  }

  private void checkChannelBinding(String value) {
    String expected = Base64.getEncoder().encodeToString(gs2Header.getBytes(US_ASCII));
    if (!value.equals(expected)) {
      throw SqlError.of(
          SqlState.PROTOCOL_VIOLATION,
          "unexpected SCRAM channel-binding attribute in client-final-message");
    }
  }

  /**
   * The client knows the password.
   *
   * <p>The keys open the same role on every server that holds the same verifier.
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes of the wire, compared by nobody
  public record Success(byte[] serverFinal, ScramKeyPair keys) {
    public Success {
      requireNonNull(serverFinal);
      requireNonNull(keys);
    }

    public byte[] clientKey() {
      return keys.clientKey();
    }

    public byte[] serverKey() {
      return keys.serverKey();
    }
  }
}
