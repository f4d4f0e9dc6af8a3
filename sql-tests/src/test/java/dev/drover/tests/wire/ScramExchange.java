package dev.drover.tests.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The client's side of one SCRAM-SHA-256 login with an ASCII password.
 *
 * <p>Source: RFC 5802 section 3, RFC 7677.
 */
final class ScramExchange {
  /** Salting takes long on purpose; a test that logs in a thousand times does it once. */
  private static final Map<String, byte[]> SALTED = new ConcurrentHashMap<>();

  private static final String NO_CHANNEL_BINDING = "n,,";
  private static final String MAC = "HmacSHA256";
  private static final int KEY_BITS = 256;

  private final String password;
  private final String firstBare;

  ScramExchange(String password, String nonce) {
    this.password = password;
    this.firstBare = "n=,r=" + nonce;
  }

  String first() {
    return NO_CHANNEL_BINDING + firstBare;
  }

  /** What to answer to the server's challenge. */
  String proof(String serverFirst) {
    Map<Character, String> challenge = fields(serverFirst);
    String withoutProof =
        "c=" + base64(NO_CHANNEL_BINDING.getBytes(US_ASCII)) + ",r=" + challenge.get('r');
    String signed = firstBare + "," + serverFirst + "," + withoutProof;
    try {
      byte[] clientKey = hmac(salted(challenge), "Client Key");
      byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
      return withoutProof + ",p=" + base64(xor(clientKey, hmac(storedKey, signed)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] salted(Map<Character, String> challenge) throws GeneralSecurityException {
    byte[] salt = Base64.getDecoder().decode(challenge.get('s'));
    int iterations = Integer.parseInt(challenge.get('i'));
    String input = password + ' ' + challenge.get('s') + ' ' + iterations;
    byte[] known = SALTED.get(input);
    if (known != null) {
      return known;
    }
    PBEKeySpec key = new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BITS);
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2With" + MAC).generateSecret(key).getEncoded();
    SALTED.put(input, salted);
    return salted;
  }

  private static Map<Character, String> fields(String message) {
    Map<Character, String> fields = new HashMap<>();
    for (String field : message.split(",", -1)) {
      fields.put(field.charAt(0), field.substring(2));
    }
    return fields;
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(MAC);
    mac.init(new SecretKeySpec(key, MAC));
    return mac.doFinal(text.getBytes(US_ASCII));
  }

  private static byte[] xor(byte[] left, byte[] right) {
    byte[] result = left.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] ^= right[i];
    }
    return result;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
