package dev.drover.gtm.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.gtm.protocol.GtmMessage.Challenge;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.GtmMessage.Welcome;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The proof of the cluster's secret, in both directions, without sending it.
 *
 * <p>A loopback port is open to every local user, and whoever binds it first while the GTM is down
 * could play the GTM; so the client proves itself to the GTM and the GTM to the client. Each proof
 * is an HMAC over both nonces, the claimed role and name, and a label of the direction, so that one
 * side's proof cannot be played back as the other's. What follows is neither encrypted nor signed:
 * the network between the processes is trusted not to be rewritten.
 *
 * <p>Threads: immutable.
 */
public final class Handshake {
  /** The protocol's version; both sides must speak the same. */
  public static final int FORMAT_VERSION = 2;

  /** A secret shorter than this would be guessed. Units: characters. */
  public static final int MIN_SECRET_LENGTH = 16;

  private static final String ALGORITHM = "HmacSHA256";
  private static final int NONCE_BYTES = 32;
  private static final String CLIENT_LABEL = "drover gtm client";
  private static final String SERVER_LABEL = "drover gtm server";

  private final SecretKeySpec key;
  private final SecureRandom random = new SecureRandom();

  public Handshake(String secret) {
    if (secret.length() < MIN_SECRET_LENGTH) {
      throw new IllegalArgumentException(
          "the cluster secret needs at least " + MIN_SECRET_LENGTH + " characters");
    }
    this.key = new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM);
  }

  public Challenge challenge() {
    return new Challenge(FORMAT_VERSION, nonce());
  }

  public Hello hello(Challenge challenge, Role role, String name) {
    String nonce = nonce();
    Hello unproved = new Hello(FORMAT_VERSION, role, name, nonce, "");
    return new Hello(FORMAT_VERSION, role, name, nonce, proof(CLIENT_LABEL, challenge, unproved));
  }

  public Welcome welcome(Challenge challenge, Hello hello, List<NodeAddress> gtms) {
    return new Welcome(proof(SERVER_LABEL, challenge, hello), gtms);
  }

  public boolean accepts(Challenge challenge, Hello hello) {
    return hello.formatVersion() == FORMAT_VERSION
        && isSame(hello.proof(), proof(CLIENT_LABEL, challenge, hello));
  }

  public boolean accepts(Challenge challenge, Hello hello, Welcome welcome) {
    return isSame(welcome.proof(), proof(SERVER_LABEL, challenge, hello));
  }

  private String nonce() {
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private String proof(String label, Challenge challenge, Hello hello) {
    String text =
        String.join(
            "\0",
            label,
            Integer.toString(challenge.formatVersion()),
            challenge.nonce(),
            hello.nonce(),
            hello.role().name(),
            hello.name());
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  private static boolean isSame(String given, String expected) {
    return MessageDigest.isEqual(given.getBytes(UTF_8), expected.getBytes(UTF_8));
  }
}
