package dev.drover.pgwire.scram;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import com.ongres.scram.common.ScramFunctions;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The client's side of one SCRAM-SHA-256 exchange, without channel binding.
 *
 * <p>It proves knowledge of a password, or of keys that an earlier login of the same role yielded:
 * so a coordinator logs in at a datanode as its client without ever seeing the password.
 *
 * <p>Threads: confined to one at a time.
 *
 * <p>Source: RFC 5802, RFC 7677.
 */
public final class ScramClient {
  /** More would let a server keep the client's processor busy for minutes. */
  public static final int MAX_ITERATIONS = 1_000_000;

  private static final String GS2_HEADER = "n,,";

  private final Secret secret;
  private final String clientNonce;
  private final String clientFirstBare;
  private ScramKeyPair keys;
  private String authMessage = "";

  private ScramClient(Secret secret, String user, String clientNonce) {
    this.secret = requireNonNull(secret);
    this.clientNonce = requireNonNull(clientNonce);
    this.clientFirstBare = "n=" + user + ",r=" + clientNonce;
  }

  public static ScramClient withPassword(String password, SecureRandom random) {
    return withNonce(password, "", ScramText.nonce(random));
  }

  public static ScramClient withKeys(ScramKeyPair keys, SecureRandom random) {
    return new ScramClient(new Secret.Keys(keys), "", ScramText.nonce(random));
  }

  static ScramClient withNonce(String password, String user, String clientNonce) {
    return new ScramClient(new Secret.Password(password), user, clientNonce);
  }

  /** What the client sends first; the user's name is left out, as libpq does. */
  public byte[] clientFirst() {
    return (GS2_HEADER + clientFirstBare).getBytes(US_ASCII);
  }

  /** Whether {@link #clientFinal} takes milliseconds of processor time. */
  public boolean isCostly() {
    return secret instanceof Secret.Password;
  }

  /** Takes server-first and answers client-final. */
  public byte[] clientFinal(byte[] serverFirst) {
    ScramText text = ScramText.of(serverFirst);
    String nonce = text.attribute('r');
    byte[] salt = ScramText.base64(text.attribute('s'));
    int iterations = iterations(text.attribute('i'));
    if (!nonce.startsWith(clientNonce) || nonce.length() == clientNonce.length()) {
      throw SqlError.of(SqlState.PROTOCOL_VIOLATION, "invalid SCRAM response (nonce mismatch)");
    }
    keys =
        switch (secret) {
          case Secret.Password(String password) -> ScramKeyPair.derive(password, salt, iterations);
          case Secret.Keys(ScramKeyPair known) -> known;
        };
    String binding = Base64.getEncoder().encodeToString(GS2_HEADER.getBytes(US_ASCII));
    String withoutProof = "c=" + binding + ",r=" + nonce;
    authMessage = clientFirstBare + "," + text.all() + "," + withoutProof;
    byte[] signature =
        ScramFunctions.clientSignature(ScramKeyPair.MECHANISM, keys.storedKey(), authMessage);
    byte[] proof = ScramFunctions.clientProof(keys.clientKey(), signature);
    return (withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof)).getBytes(US_ASCII);
  }

  /** Takes server-final; raises 28000 when the server does not know the verifier. */
  public void verify(byte[] serverFinal) {
    if (authMessage.isEmpty()) {
      throw new IllegalStateException("server-first was not taken yet");
    }
    ScramText text = ScramText.of(serverFinal);
    if (text.startsWith("e=")) {
      throw SqlError.of(
          SqlState.INVALID_AUTHORIZATION_SPECIFICATION,
          "error received from server in SCRAM exchange: " + text.attribute('e'));
    }
    byte[] signature = ScramText.base64(text.attribute('v'));
    if (!ScramFunctions.verifyServerSignature(
        ScramKeyPair.MECHANISM, keys.serverKey(), authMessage, signature)) {
      throw SqlError.of(
          SqlState.INVALID_AUTHORIZATION_SPECIFICATION,
          "incorrect server signature in SCRAM exchange");
    }
  }

  private static int iterations(String value) {
    int iterations;
    try {
      iterations = Integer.parseInt(value);
    } catch (NumberFormatException _) {
      throw ScramText.malformed("Invalid iteration count.");
    }
    if (iterations < 1 || iterations > MAX_ITERATIONS) {
      throw ScramText.malformed("Invalid iteration count.");
    }
    return iterations;
  }

  private sealed interface Secret {
    record Password(String password) implements Secret {}

    record Keys(ScramKeyPair keys) implements Secret {}
  }
}
