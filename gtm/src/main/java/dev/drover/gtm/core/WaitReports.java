package dev.drover.gtm.core;

import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.GtmMessage.WaitReport;
import dev.drover.gtm.protocol.ReportedTransaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which transaction each backend works for, as the coordinators report it.
 *
 * <p>A pooled backend passes from transaction to transaction, so a report that is older than a poll
 * may name the wrong owner of a wait seen in it. Therefore each ownership carries the span in which
 * it is proved: from the first report that named it, which had arrived when poll {@code knownAfter}
 * was the last to have ended, to the mark of the last report that did.
 *
 * <p>Threads: confined to the owning {@link DeadlockDetector}.
 */
final class WaitReports {
  /** A coordinator that has fallen silent has no waits. */
  private static final long EXPIRY_NANOS = 2_000_000_000;

  private final Map<Integer, Report> reports = new HashMap<>();
  private Set<Backend> waiting = Set.of();

  /** False for a report that a newer one has overtaken. */
  boolean accept(Registration coordinator, WaitReport message, Heard heard) {
    Optional<Report> before = Optional.ofNullable(reports.get(coordinator.coordinatorId()));
    Optional<Report> sameEpoch = before.filter(report -> report.epoch == message.epoch());
    if (sameEpoch.filter(report -> report.sequence >= message.sequence()).isPresent()) {
      return false;
    }
    Report report = new Report(message.epoch(), message.sequence(), message.mark(), heard.now());
    for (ReportedTransaction transaction : message.transactions()) {
      TransactionKey key =
          new TransactionKey(
              coordinator.coordinatorId(),
              message.epoch(),
              transaction.transaction(),
              transaction.startOrder());
      report.add(key, transaction, sameEpoch, heard.lastRound());
    }
    reports.put(coordinator.coordinatorId(), report);
    changed();
    return true;
  }

  void forget(int coordinatorId) {
    reports.remove(coordinatorId);
    changed();
  }

  void expire(long now) {
    if (reports.values().removeIf(report -> now - report.receivedAt >= EXPIRY_NANOS)) {
      changed();
    }
  }

  private void changed() {
    waiting =
        reports.values().stream()
            .flatMap(report -> report.waiting.stream())
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Everything that is reported to wait. */
  Set<Backend> waiting() {
    return waiting;
  }

  boolean isReported(TransactionKey key) {
    Report report = reports.get(key.coordinatorId());
    return report != null && report.owners.values().stream().anyMatch(own -> own.key.equals(key));
  }

  Set<Integer> reporters() {
    Set<Integer> reporters = new HashSet<>();
    reports.forEach(
        (id, report) -> {
          if (!report.waiting.isEmpty()) {
            reporters.add(id);
          }
        });
    return reporters;
  }

  /** Everyone whose last report names the backend. */
  List<TransactionKey> claimants(Backend backend) {
    List<TransactionKey> claimants = new ArrayList<>();
    for (Report report : reports.values()) {
      Ownership own = report.owners.get(backend);
      if (own != null) {
        claimants.add(own.key);
      }
    }
    return claimants;
  }

  /** Who owned which backend at the end of this poll; who is claimed twice is left out. */
  Map<Backend, TransactionKey> ownersAfter(long round) {
    Map<Backend, TransactionKey> owners = new HashMap<>();
    Set<Backend> claimedTwice = new HashSet<>();
    for (Report report : reports.values()) {
      if (report.mark < round) {
        continue;
      }
      report.owners.forEach(
          (backend, own) -> {
            if (own.knownAfter < round && owners.put(backend, own.key) != null) {
              claimedTwice.add(backend);
            }
          });
    }
    owners.keySet().removeAll(claimedTwice);
    return owners;
  }

  /** When a report was heard: the time, and the last poll that had ended by then. */
  record Heard(long now, long lastRound) {}

  private record Ownership(TransactionKey key, long knownAfter) {}

  private static final class Report {
    private final long epoch;
    private final long sequence;
    private final long mark;
    private final long receivedAt;
    private final Map<Backend, Ownership> owners = new LinkedHashMap<>();
    private final Set<Backend> waiting = new HashSet<>();

    Report(long epoch, long sequence, long mark, long receivedAt) {
      this.epoch = epoch;
      this.sequence = sequence;
      this.mark = mark;
      this.receivedAt = receivedAt;
    }

    void add(
        TransactionKey key,
        ReportedTransaction transaction,
        Optional<Report> before,
        long lastRound) {
      Set<Backend> all = new HashSet<>(transaction.held());
      all.addAll(transaction.waiting());
      for (Backend backend : all) {
        long knownAfter =
            before
                .map(report -> report.owners.get(backend))
                .filter(own -> own.key.equals(key))
                .map(Ownership::knownAfter)
                .orElse(lastRound);
        owners.put(backend, new Ownership(key, knownAfter));
      }
      waiting.addAll(transaction.waiting());
    }
  }
}
