package dev.drover.coordinator.transfer;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.Severity;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the rows of a COPY's table where they are until the transaction ends, from before the
 * client is asked for the first row: later the COPY could not be planned anew.
 *
 * <p>A server that has parsed an INSERT holds the lock of the table that a COPY takes, and has
 * neither checked rights nor run a default or a trigger. Whoever moves a shard away needs that
 * table for itself.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CopyHold {
  private static final int[] NO_TYPES = {};

  private final Call call;
  private Optional<ErrorFields> error = Optional.empty();
  private Runnable then = () -> {};
  private int waiting;

  CopyHold(Call call) {
    this.call = call;
  }

  /** {@code table} is qualified and quoted. */
  void start(List<Participant> targets, String table) {
    byte[] insert = ("INSERT INTO " + table + " DEFAULT VALUES").getBytes(StandardCharsets.UTF_8);
    waiting = targets.size();
    for (Participant target : targets) {
      Backend backend = target.backend();
      ByteBuf out = backend.link().out();
      FrontendEncoder.parse(out, "", insert, NO_TYPES);
      FrontendEncoder.sync(out);
      backend.link().expect(new QuietReply(reply -> answered(reply, target.node())));
      backend.link().flush();
    }
  }

  private void answered(QuietReply reply, int node) {
    waiting--;
    reply.error().ifPresent(e -> keep(StatementError.of(call, e, node)));
    reply.lost().ifPresent(e -> keep(ErrorFields.of(e, Severity.ERROR)));
    if (waiting == 0) {
      then.run();
    }
  }

  private void keep(ErrorFields next) {
    error = error.or(() -> Optional.of(next));
  }

  /** Once: when all nodes have answered. */
  void whenAnswered(Runnable action) {
    if (waiting == 0) {
      action.run();
    } else {
      then = action;
    }
  }

  /** Why some node does not hold the table. */
  Optional<ErrorFields> error() {
    return error;
  }
}
