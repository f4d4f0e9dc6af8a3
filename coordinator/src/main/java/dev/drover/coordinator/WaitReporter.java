package dev.drover.coordinator;

import dev.drover.coordinator.txn.Transaction;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.ReportedTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Tells the GTM's deadlock detector which transactions have waited long for a server, and which
 * server processes work for them.
 *
 * <p>Threads: each loop's part runs on that loop; the report is put together on the first one.
 */
final class WaitReporter {
  private static final long PERIOD_MILLIS = 75;
  private static final long OVERDUE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final List<LoopServices> loops;
  private final GtmClient gtm;
  private final IntFunction<String> nodeNames;
  private final List<List<ReportedTransaction>> byLoop = new ArrayList<>();
  private boolean reported;

  WaitReporter(List<LoopServices> loops, GtmClient gtm, IntFunction<String> nodeNames) {
    this.loops = List.copyOf(loops);
    this.gtm = gtm;
    this.nodeNames = nodeNames;
    loops.forEach(_ -> byLoop.add(List.of()));
  }

  void start() {
    var _ =
        loops
            .getFirst()
            .loop()
            .scheduleAtFixedRate(this::round, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void round() {
    long mark = gtm.waitMark();
    int[] missing = {loops.size()};
    for (int i = 0; i < loops.size(); i++) {
      int index = i;
      LoopServices services = loops.get(i);
      services
          .loop()
          .submit(() -> overdue(services))
          .addListener(
              done ->
                  loops
                      .getFirst()
                      .loop()
                      .execute(
                          () -> {
                            @SuppressWarnings("unchecked")
                            List<ReportedTransaction> found =
                                (List<ReportedTransaction>) done.getNow();
                            byLoop.set(index, found == null ? List.of() : found);
                            missing[0]--;
                            if (missing[0] == 0) {
                              report(mark);
                            }
                          }));
    }
  }

  private void report(long mark) {
    List<ReportedTransaction> all = byLoop.stream().flatMap(List::stream).toList();
    if (!all.isEmpty() || reported) {
      gtm.reportWaits(mark, all);
    }
    reported = !all.isEmpty();
  }

  private List<ReportedTransaction> overdue(LoopServices services) {
    List<ReportedTransaction> overdue = new ArrayList<>();
    long now = System.nanoTime();
    services
        .registry()
        .forEach(
            transaction -> {
              if (transaction.waits().waitingNanos(now) >= OVERDUE_NANOS) {
                overdue.add(describe(transaction));
              }
            });
    return overdue;
  }

  private ReportedTransaction describe(Transaction transaction) {
    List<Backend> held = new ArrayList<>();
    List<Backend> waiting = new ArrayList<>();
    for (var connection : transaction.waits().backends()) {
      Backend backend =
          new Backend(nodeNames.apply(connection.node()), connection.link().processId());
      held.add(backend);
      if (connection.link().pending() > 0) {
        waiting.add(backend);
      }
    }
    return new ReportedTransaction(
        transaction.number(), transaction.waits().startedAtMicros(), held, waiting);
  }
}
