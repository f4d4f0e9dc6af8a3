package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.FrontendEncoder;
import io.netty.buffer.ByteBuf;

/** What a commit sends to its participants. */
final class CommitWire {
  private static final String ROLLBACK = "ROLLBACK";

  private CommitWire() {}

  /** The mark and PREPARE are one unit: if the mark fails, the server skips the rest. */
  static void prepare(Participant participant, GlobalId id, QuietReply.Outcome prepared) {
    Backend backend = participant.backend();
    ByteBuf out = backend.startUnit();
    backend.executeOwn(GlobalId.markSql(participant), id.markValues());
    backend.executeOnce("PREPARE TRANSACTION '" + id.gid(participant) + "'");
    FrontendEncoder.sync(out);
    backend.expect(new QuietReply(prepared));
    backend.link().flush();
  }

  /** The row and the COMMIT: the decision of the whole transaction. */
  static void decide(
      Participant participant, GlobalId id, QuietReply.Outcome marked, QuietReply.Outcome decided) {
    Backend backend = participant.backend();
    ByteBuf out = backend.startUnit();
    backend.executeOwn(GlobalId.markSql(participant), id.markValues());
    FrontendEncoder.sync(out);
    backend.expect(new QuietReply(marked));
    backend.query("COMMIT", new QuietReply(decided));
    backend.link().flush();
  }

  /** After an error before PREPARE, which leaves the transaction open. */
  static void rollBack(Participant participant, QuietReply.Outcome rolledBack) {
    Backend backend = participant.backend();
    ByteBuf out = backend.startUnit();
    backend.forgetOwnStatements();
    backend.executeOnce(ROLLBACK);
    FrontendEncoder.sync(out);
    backend.expect(new QuietReply(rolledBack));
    backend.link().flush();
  }

  /** COMMIT PREPARED or ROLLBACK PREPARED. */
  static void end(
      Participant participant, String command, GlobalId id, QuietReply.Outcome finished) {
    String sql = command + " '" + id.gid(participant) + "'";
    participant.backend().query(sql, new QuietReply(finished));
    participant.backend().link().flush();
  }
}
