package dev.drover.coordinator.txn;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Secrets of two-phase commits. Random bytes are drawn by the block, because a call of the system's
 * generator costs more than all else that a commit does here.
 *
 * <p>Threads: confined to one event loop.
 */
public final class Nonces {
  private static final int NONCE_BYTES = 16;
  private static final int BLOCK_BYTES = 256 * NONCE_BYTES;
  private static final int HASH_BYTES = 16;

  private final SecureRandom random = new SecureRandom();
  private final MessageDigest sha256;
  private final byte[] block = new byte[BLOCK_BYTES];
  private int used = BLOCK_BYTES;

  public Nonces() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  byte[] next() {
    if (used == BLOCK_BYTES) {
      random.nextBytes(block);
      used = 0;
    }
    byte[] nonce = Arrays.copyOfRange(block, used, used + NONCE_BYTES);
    Arrays.fill(block, used, used + NONCE_BYTES, (byte) 0);
    used += NONCE_BYTES;
    return nonce;
  }

  /** The first half of the nonce's SHA-256, in hexadecimal. */
  String hashOf(byte[] nonce) {
    return HexFormat.of().formatHex(sha256.digest(nonce), 0, HASH_BYTES);
  }
}
