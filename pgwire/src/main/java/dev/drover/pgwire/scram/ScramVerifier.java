package dev.drover.pgwire.scram;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.ongres.scram.common.ScramFunctions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server stores of a password: {@code SCRAM-SHA-256$<iterations>:<salt>$<stored>:<server>}.
 *
 * <p>Threads: immutable; the arrays are not to be changed.
 *
 * <p>Source: PostgreSQL 18, src/backend/libpq/auth-scram.c, parse_scram_secret.
 */
public final class ScramVerifier {
  /** PostgreSQL's default of scram_iterations. */
  public static final int DEFAULT_ITERATIONS = 4096;

  /** PostgreSQL's salt length. */
  public static final int SALT_BYTES = 16;

  private static final Pattern FORM =
      Pattern.compile("SCRAM-SHA-256\\$(\\d{1,9}):([^$:]+)\\$([^$:]+):([^$:]+)");

  private final int iterations;
  private final byte[] salt;
  private final byte[] storedKey;
  private final byte[] serverKey;

  private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    if (iterations < 1) {
      throw new IllegalArgumentException("a verifier needs at least one iteration");
    }
    if (storedKey.length != ScramKeyPair.KEY_BYTES || serverKey.length != ScramKeyPair.KEY_BYTES) {
      throw new IllegalArgumentException("a key of SCRAM-SHA-256 has 32 bytes");
    }
    this.iterations = iterations;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /** Empty for text that is no verifier: a plain password, an MD5 hash. */
  public static Optional<ScramVerifier> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      Base64.Decoder base64 = Base64.getDecoder();
      return Optional.of(
          new ScramVerifier(
              Integer.parseInt(matcher.group(1)),
              base64.decode(matcher.group(2)),
              base64.decode(matcher.group(3)),
              base64.decode(matcher.group(4))));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** Takes milliseconds of processor time by design. */
  public static ScramVerifier fromPassword(String password, byte[] salt, int iterations) {
    ScramKeyPair keys = ScramKeyPair.derive(password, salt, iterations);
    return new ScramVerifier(iterations, salt.clone(), keys.storedKey(), keys.serverKey());
  }

  /**
   * A verifier for a user who does not exist or has no password.
   *
   * <p>The salt depends on the name and the secret alone, so that asking again does not tell; no
   * password fits, since the stored key is no hash of anything known.
   */
  public static ScramVerifier mock(String user, byte[] secret) {
    byte[] salt = Arrays.copyOf(digest(user.getBytes(UTF_8), secret), SALT_BYTES);
    byte[] stored = digest("stored".getBytes(US_ASCII), salt, secret);
    byte[] server = digest("server".getBytes(US_ASCII), salt, secret);
    return new ScramVerifier(DEFAULT_ITERATIONS, salt, stored, server);
  }

  /** The text that PostgreSQL stores and takes as PASSWORD. */
  public String format() {
    Base64.Encoder base64 = Base64.getEncoder();
    return "SCRAM-SHA-256$%d:%s$%s:%s"
        .formatted(
            iterations,
            base64.encodeToString(salt),
            base64.encodeToString(storedKey),
            base64.encodeToString(serverKey));
  }

  /** Whether a password sent in clear fits; takes milliseconds of processor time by design. */
  public boolean matches(String password) {
    ScramKeyPair keys = ScramKeyPair.derive(password, salt, iterations);
    return MessageDigest.isEqual(keys.storedKey(), storedKey);
  }

  public int iterations() {
    return iterations;
  }

  public byte[] salt() {
    return salt;
  }

  public byte[] storedKey() {
    return storedKey;
  }

  public byte[] serverKey() {
    return serverKey;
  }

  /** Whether the client key is the one that this verifier was made from. */
  boolean fits(byte[] clientKey) {
    return MessageDigest.isEqual(
        ScramFunctions.storedKey(ScramKeyPair.MECHANISM, clientKey), storedKey);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScramVerifier that && format().equals(that.format());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(storedKey);
  }

  /** Keeps the keys out of logs. */
  @Override
  public String toString() {
    return "ScramVerifier[iterations=" + iterations + ", hidden]";
  }

  private static byte[] digest(byte[]... parts) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        sha256.update(part);
      }
      return sha256.digest();
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
