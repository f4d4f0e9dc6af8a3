package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Servers, agents, coordinators and the GTM are killed while tellers work at two coordinators: each
 * alone at first, then two at once, in an order drawn by lot ({@code -Ddrover.test.seed}).
 *
 * <p>After each kill money must move again through both coordinators, and whoever adds up the
 * balances meanwhile must always find the same sum. In the end the bank's books must be right, the
 * copies of the replicated table equal, no transaction may still be prepared, and no client may
 * have hung. The cluster is this test's own, every member a process.
 */
@Tag("kill")
@Timeout(300)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no members to kill")
@Tag("alone")
class KillTest {
  private static final int TELLERS = 6;
  private static final int COORDINATORS = 2;
  private static final Duration LENGTH = Duration.ofSeconds(80);
  private static final Duration RECOVERY = Duration.ofSeconds(30);
  private static final Duration PREPARED_LIFETIME = Duration.ofSeconds(10);

  private final long seed = Long.getLong("drover.test.seed", System.nanoTime());
  private final Kills kills = new Kills(seed);

  @Test
  void nothingIsLostWhenMembersAreKilled() throws SQLException {
    try (TemporaryCluster cluster = TemporaryCluster.ofProcesses(COORDINATORS)) {
      Bank bank = Bank.create(cluster.coordinators().getFirst());
      AtomicBoolean isOpen = new AtomicBoolean(true);
      CompletableFuture<Outcomes> work =
          CompletableFuture.supplyAsync(
              () ->
                  Bank.work(cluster.coordinators(), TELLERS, isOpen::get, () -> situation(cluster)),
              Thread::startVirtualThread);
      CompletableFuture<Auditor.Sums> audit = audit(cluster.coordinators(), isOpen::get);
      try {
        killInTurn(cluster, work);
      } finally {
        isOpen.set(false);
      }
      Outcomes outcomes = work.join();
      assertThat(audit.join().wrong()).as("%s, seed %d", audit.join(), seed).isZero();
      assertThat(audit.join().right()).as("sums").isPositive();
      await(
          cluster,
          PREPARED_LIFETIME,
          () -> Inspection.preparedCount(cluster) == 0,
          "nothing prepared");
      assertThat(outcomes.acknowledged()).isNotEmpty();
      bank.verify(outcomes);
      Bank.verifyCopies(cluster.datanodes());
    }
  }

  /** The sum of all balances is right at any time, for who asks any coordinator. */
  private static CompletableFuture<Auditor.Sums> audit(
      List<Endpoint> coordinators, BooleanSupplier goesOn) {
    return CompletableFuture.supplyAsync(
        () ->
            Crowd.run(
                    coordinators.size(),
                    number -> () -> new Auditor(coordinators.get(number)).work(goesOn))
                .stream()
                .reduce(new Auditor.Sums(0, 0), Auditor.Sums::plus),
        Thread::startVirtualThread);
  }

  private void killInTurn(TemporaryCluster cluster, CompletableFuture<?> work) {
    long end = System.nanoTime() + LENGTH.toNanos();
    for (List<String> victims = kills.alone(); System.nanoTime() < end; victims = kills.inPairs()) {
      for (String victim : victims) {
        kills.kill(cluster, victim);
        awaitProgress(cluster, work);
      }
    }
  }

  /** Money moves again through every coordinator. */
  private void awaitProgress(TemporaryCluster cluster, CompletableFuture<?> work) {
    for (Endpoint coordinator : cluster.coordinators()) {
      await(cluster, RECOVERY, () -> Inspection.ledgerSize(coordinator) >= 0, "answers");
      long before = Math.max(0, Inspection.ledgerSize(coordinator));
      await(
          cluster,
          RECOVERY,
          () -> work.isDone() || Inspection.ledgerSize(coordinator) > before,
          "progress");
    }
    if (work.isDone()) {
      work.join();
    }
  }

  /** Polls; each poll is a round trip to a server, which is pause enough. */
  private void await(
      TemporaryCluster cluster, Duration limit, BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("%s not within %s: %s".formatted(what, limit, situation(cluster)));
      }
      Thread.onSpinWait();
    }
  }

  private String situation(TemporaryCluster cluster) {
    return "%s%s".formatted(kills, Situation.of(cluster.servers()));
  }
}
