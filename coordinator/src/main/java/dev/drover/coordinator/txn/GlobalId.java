package dev.drover.coordinator.txn;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.drover.pgwire.BindParameters;
import java.util.List;

/**
 * The names under which the parts of one global transaction are prepared.
 *
 * <p>{@code gx_<coordinator>_<epoch>_<gxid>_<hash>_<participants>}, where the participants are node
 * ids separated by dots, {@code 0m} being Drover's own connection to the catalog node, whose part
 * has {@code _m} appended, and {@code 3p} a node that commits last, as the primary of a replicated
 * table. A {@code c} in front of them says that the transaction is certified: if its coordinator is
 * gone before a part has committed, none does. The hash is that of a nonce which only the
 * participants' gxid rows carry, so nobody can forge the row of somebody else's transaction.
 * Frozen: recovery of another release reads it. The longest gid that PostgreSQL takes is 199 bytes.
 */
@SuppressWarnings("ArrayRecordComponent")
record GlobalId(long gxid, long epoch, String base, byte[] nonce) {
  private static final String MARK = "INSERT INTO drover.mark VALUES ($1, $2)";
  private static final String MARK_METADATA = "INSERT INTO drover.mark_metadata VALUES ($1, $2)";
  private static final int[] TEXT_AND_BINARY = {0, 1};

  static GlobalId of(TransactionServices services, long gxid, CommitRoles roles) {
    GlobalTransactions global = services.global();
    long epoch = global.epoch();
    byte[] nonce = services.nonces().next();
    StringBuilder base = new StringBuilder(80).append(GlobalTransactions.GID_PREFIX);
    base.append(global.coordinatorId());
    base.append('_').append(epoch).append('_').append(gxid);
    base.append('_').append(services.nonces().hashOf(nonce));
    String separator = roles.certified() ? "_c" : "_";
    for (Participant participant : roles.writers()) {
      base.append(separator).append(participant.node());
      if (participant.isMetadata()) {
        base.append('m');
      } else if (participant.commitsLast()) {
        base.append('p');
      }
      separator = ".";
    }
    return new GlobalId(gxid, epoch, base.toString(), nonce);
  }

  String gid(Participant participant) {
    return participant.isMetadata() ? base + "_m" : base;
  }

  /** Marks the participant's transaction, so that its commit can be seen from outside. */
  static String markSql(Participant participant) {
    return participant.isMetadata() ? MARK_METADATA : MARK;
  }

  /** How to find out whether the client's connection to a node has committed it. */
  InDoubtFinisher.Asked asked() {
    return new InDoubtFinisher.Asked(
        epoch, "SELECT count(*) FROM drover.gx WHERE gxid = %d AND connection = 0".formatted(gxid));
  }

  /** The nonce is a bound value: no text of a statement shows it. */
  BindParameters markValues() {
    return BindParameters.of(
        TEXT_AND_BINARY, List.of(Long.toString(gxid).getBytes(US_ASCII), nonce));
  }
}
