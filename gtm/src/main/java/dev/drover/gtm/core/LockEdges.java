package dev.drover.gtm.core;

import dev.drover.gtm.locks.LockWait;
import dev.drover.gtm.protocol.Backend;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which backend has been seen waiting for which, from which poll to which.
 *
 * <p>Invariant: an edge seen in polls {@code first} to {@code last} existed at every moment between
 * the two, for a wait is named by its start, and a wait that ends never resumes.
 *
 * <p>Threads: confined to the owning {@link DeadlockDetector}.
 */
final class LockEdges {
  private final Map<Edge, Span> spans = new HashMap<>();

  /** Replaces what was known of the backends that this poll asked about. */
  void polled(long round, Set<Backend> asked, Iterable<LockWait> waits) {
    Set<Edge> seen = new HashSet<>();
    for (LockWait wait : waits) {
      for (int blocker : wait.blockers()) {
        Backend blocking = new Backend(wait.waiting().node(), blocker);
        seen.add(new Edge(wait.waiting(), wait.waitStartMicros(), blocking));
      }
    }
    spans.keySet().removeIf(edge -> asked.contains(edge.waiting()) && !seen.contains(edge));
    seen.forEach(edge -> spans.merge(edge, new Span(round, round), Span::join));
  }

  /** Forgets all but these, which are still waited for. */
  void retain(Set<Backend> waiting) {
    spans.keySet().removeIf(edge -> !waiting.contains(edge.waiting()));
  }

  /** The edges that existed at the end of this poll, as two polls prove. */
  Set<Edge> existingAfter(long round) {
    Set<Edge> existing = new HashSet<>();
    spans.forEach(
        (edge, span) -> {
          if (span.first <= round && round < span.last) {
            existing.add(edge);
          }
        });
    return existing;
  }

  boolean isWaiting(Backend backend) {
    return spans.keySet().stream().anyMatch(edge -> edge.waiting().equals(backend));
  }

  /** The edges that two polls have seen. */
  Set<Edge> confirmed() {
    Set<Edge> confirmed = new HashSet<>();
    spans.forEach(
        (edge, span) -> {
          if (span.first < span.last) {
            confirmed.add(edge);
          }
        });
    return confirmed;
  }

  /** Forgets what no poll since this one has seen. */
  void forgetBefore(long round) {
    spans.values().removeIf(span -> span.last < round);
  }

  record Edge(Backend waiting, long waitStartMicros, Backend blocking) {}

  private record Span(long first, long last) {
    static Span join(Span before, Span now) {
      return new Span(before.first, now.last);
    }
  }
}
