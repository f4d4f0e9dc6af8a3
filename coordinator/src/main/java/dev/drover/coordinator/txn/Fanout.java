package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.ErrorFields;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** One statement of Drover's own to several participants at once. */
final class Fanout {
  private final Completion done;
  private int open;
  private Optional<ErrorFields> first = Optional.empty();

  private Fanout(Completion done, int open) {
    this.done = done;
    this.open = open;
  }

  static void toAll(
      List<Participant> participants, Function<Participant, String> sql, Completion done) {
    if (participants.isEmpty()) {
      done.complete(Optional.empty());
      return;
    }
    Fanout fanout = new Fanout(done, participants.size());
    for (Participant participant : List.copyOf(participants)) {
      participant.backend().query(sql.apply(participant), new QuietReply(fanout::answered));
      participant.backend().link().flush();
    }
  }

  private void answered(QuietReply reply) {
    if (first.isEmpty()) {
      first = reply.failure();
    }
    open--;
    if (open == 0) {
      done.complete(first);
    }
  }
}
