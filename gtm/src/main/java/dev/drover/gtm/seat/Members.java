package dev.drover.gtm.seat;

import java.util.List;
import java.util.Set;

/**
 * Which servers decide about the seat, by their incarnations: a majority of the one group, or while
 * they change, of the old group and of the new one.
 *
 * <p>Invariant: a change is begun only when the state before it is durable, and ended only when the
 * state with both groups is; so who stands finds a server that knows of it, whichever of the groups
 * he knows.
 *
 * <p>Source: D. Ongaro, Consensus: Bridging Theory and Practice (2014), section 4.3, joint
 * consensus; D. Rystsov, CASPaxos (2018), section 2.3.
 *
 * <p>Threads: immutable.
 */
public record Members(List<Set<Long>> groups) {
  /** Of a seat that nobody has founded. */
  public static final Members NONE = new Members(List.of());

  private static final int MAX_GROUPS = 2;

  public Members {
    groups = groups.stream().map(Set::copyOf).toList();
    if (groups.size() > MAX_GROUPS || groups.stream().anyMatch(Set::isEmpty)) {
      throw new IllegalArgumentException("no such members: " + groups);
    }
  }

  public static Members of(Set<Long> servers) {
    return new Members(List.of(servers));
  }

  public boolean isFounded() {
    return !groups.isEmpty();
  }

  public boolean contains(long server) {
    for (Set<Long> group : groups) {
      if (group.contains(server)) {
        return true;
      }
    }
    return false;
  }

  /** Whether these servers decide. */
  public boolean isQuorum(Set<Long> some) {
    return isFounded() && groups.stream().allMatch(group -> isMajority(group, some));
  }

  /** The next step of a change to these servers; the same if there is nothing to change. */
  Members towards(Set<Long> wanted) {
    if (groups.size() == MAX_GROUPS) {
      return of(groups.getLast());
    }
    return groups.getFirst().equals(wanted)
        ? this
        : new Members(List.of(groups.getFirst(), wanted));
  }

  private static boolean isMajority(Set<Long> group, Set<Long> some) {
    int common = 0;
    for (long server : group) {
      common += some.contains(server) ? 1 : 0;
    }
    return 2 * common > group.size();
  }
}
