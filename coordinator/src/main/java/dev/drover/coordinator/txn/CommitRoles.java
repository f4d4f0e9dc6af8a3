package dev.drover.coordinator.txn;

import dev.drover.planner.catalog.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the participants of a transaction do in its commit.
 *
 * <p>A SERIALIZABLE transaction that wrote on a datanode and was on several is certified: each of
 * its parts on datanodes votes, since also what it only read there may be what somebody else has
 * overwritten.
 *
 * @param writers they vote, and commit
 * @param readers they only end
 * @param certified each datanode's vote says that nobody has overwritten what was read there
 * @param serializable also the readers' end may be refused, so it comes first
 */
record CommitRoles(
    List<Participant> writers, List<Participant> readers, boolean certified, boolean serializable) {
  CommitRoles {
    writers = List.copyOf(writers);
    readers = List.copyOf(readers);
  }

  static CommitRoles of(List<Participant> participants, boolean serializable) {
    boolean certified = serializable && isSpread(participants);
    List<Participant> writers = new ArrayList<>();
    List<Participant> readers = new ArrayList<>();
    for (Participant participant : participants) {
      boolean votes = certified && isOnDatanode(participant);
      boolean writes = participant.wrote() || participant.temporary();
      (writes || votes ? writers : readers).add(participant);
    }
    return new CommitRoles(writers, readers, certified, serializable);
  }

  /** It has written rows of tables that others share, and was on more than one node with such. */
  static boolean isSpread(List<Participant> participants) {
    List<Participant> data = participants.stream().filter(CommitRoles::isOnDatanode).toList();
    return data.size() > 1 && data.stream().anyMatch(Participant::wrote);
  }

  /** Who has to be asked, and in which order they commit. */
  TwoPhaseCommit machine() {
    Set<Integer> last = new HashSet<>();
    OptionalInt decider = OptionalInt.empty();
    for (int i = 0; i < writers.size(); i++) {
      if (writers.get(i).temporary()) {
        decider = OptionalInt.of(i);
      } else if (writers.get(i).commitsLast()) {
        last.add(i);
      }
    }
    return new TwoPhaseCommit(writers.size(), last, decider);
  }

  /** Where it commits. */
  List<Integer> nodes() {
    return writers.stream().map(Participant::node).toList();
  }

  /** Those that vote on datanodes. */
  List<Participant> voters() {
    return writers.stream().filter(CommitRoles::isOnDatanode).toList();
  }

  private static boolean isOnDatanode(Participant participant) {
    return participant.node() != Node.CATALOG_ID;
  }
}
