package dev.drover.coordinator.txn;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The names under which the parts of one global transaction are prepared.
 *
 * <p>{@code gx_<coordinator>_<epoch>_<gxid>_<hash>_<participants>}, where the participants are node
 * ids separated by dots, {@code 0m} being Drover's own connection to the catalog node, whose part
 * has {@code _m} appended. The hash is that of a nonce which only the participants' gxid rows
 * carry, so nobody can forge the row of somebody else's transaction. Frozen: recovery of another
 * release reads it.
 */
record GlobalId(long gxid, long epoch, String base, String nonceHex) {
  /** The longest gid that PostgreSQL takes is 199 bytes. */
  private static final int HASH_BYTES = 16;

  static GlobalId of(
      GlobalTransactions global, long gxid, byte[] nonce, List<Participant> participants) {
    long epoch = global.epoch();
    String hash = HexFormat.of().formatHex(sha256(nonce), 0, HASH_BYTES);
    String nodes =
        participants.stream()
            .map(p -> p.node() + (p.isMetadata() ? "m" : ""))
            .collect(Collectors.joining("."));
    String base =
        "gx_" + global.coordinatorId() + "_" + epoch + "_" + gxid + "_" + hash + "_" + nodes;
    return new GlobalId(gxid, epoch, base, HexFormat.of().formatHex(nonce));
  }

  String gid(Participant participant) {
    return participant.isMetadata() ? base + "_m" : base;
  }

  /** Marks the participant's transaction, so that its commit can be seen from outside. */
  String markSql(Participant participant) {
    String function = participant.isMetadata() ? "drover.gx_metadata(" : "drover.gx(";
    return "SELECT " + function + gxid + ", '\\x" + nonceHex + "'::pg_catalog.bytea)";
  }

  private static byte[] sha256(byte[] nonce) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(nonce);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
