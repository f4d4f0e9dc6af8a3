package dev.drover.pgwire.scram;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.StringPreparation;

/**
 * The two keys that prove to a server that one knows a password, and to the client that the server
 * knows its verifier.
 *
 * <p>They open every server that holds the verifier with the same salt and iterations; whoever
 * keeps them keeps a secret as strong as the password there.
 *
 * <p>Threads: immutable; the arrays are not to be changed.
 *
 * <p>Source: RFC 5802, section 3.
 */
public final class ScramKeyPair {
  static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_256;
  static final int KEY_BYTES = 32;

  private final byte[] clientKey;
  private final byte[] serverKey;

  private ScramKeyPair(byte[] clientKey, byte[] serverKey) {
    if (clientKey.length != KEY_BYTES || serverKey.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key of SCRAM-SHA-256 has 32 bytes");
    }
    this.clientKey = clientKey;
    this.serverKey = serverKey;
  }

  public static ScramKeyPair of(byte[] clientKey, byte[] serverKey) {
    return new ScramKeyPair(clientKey.clone(), serverKey.clone());
  }

  /** Takes milliseconds of processor time by design. */
  public static ScramKeyPair derive(String password, byte[] salt, int iterations) {
    byte[] salted =
        ScramFunctions.saltedPassword(
            MECHANISM,
            StringPreparation.POSTGRESQL_PREPARATION,
            password.toCharArray(),
            salt,
            iterations);
    return new ScramKeyPair(
        ScramFunctions.clientKey(MECHANISM, salted), ScramFunctions.serverKey(MECHANISM, salted));
  }

  public byte[] clientKey() {
    return clientKey;
  }

  public byte[] serverKey() {
    return serverKey;
  }

  byte[] storedKey() {
    return ScramFunctions.storedKey(MECHANISM, clientKey);
  }

  /** Keeps the keys out of logs. */
  @Override
  public String toString() {
    return "ScramKeyPair[hidden]";
  }
}
