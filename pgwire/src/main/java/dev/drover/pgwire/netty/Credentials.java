package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.scram.ScramKeyPair;

/** With what a role logs in at a server. */
public sealed interface Credentials {
  /** Nothing: the server must trust the connection. */
  record None() implements Credentials {}

  /** A password, for SCRAM, MD5 or in clear, as the server asks. */
  record Password(String password) implements Credentials {
    public Password {
      if (requireNonNull(password).isEmpty()) {
        throw new IllegalArgumentException("an empty password opens nothing");
      }
    }

    @Override
    public String toString() {
      return "Password[hidden]";
    }
  }

  /** Keys that an earlier login of the same role yielded, for SCRAM with the same verifier. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record ScramKeys(byte[] clientKey, byte[] serverKey) implements Credentials {
    public ScramKeys {
      requireNonNull(clientKey);
      requireNonNull(serverKey);
    }

    public static ScramKeys of(ScramKeyPair keys) {
      return new ScramKeys(keys.clientKey(), keys.serverKey());
    }

    ScramKeyPair pair() {
      return ScramKeyPair.of(clientKey, serverKey);
    }

    @Override
    public String toString() {
      return "ScramKeys[hidden]";
    }
  }
}
