package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Tellers work while the only GTM gets a standby, and then one of the two follows the other: the
 * active one is killed; its follower is stopped and wakes up when it has been followed; and that
 * one is killed in turn. Meanwhile a server loses what it knew of who is active.
 *
 * <p>After each a change of the schema, which needs the GTM, must succeed in time, money must move
 * through both coordinators, and a coordinator that is born again must get a new epoch and new ids.
 * In the end the books must be right and no id may have served two transactions.
 */
@Tag("kill")
@Timeout(300)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no GTM")
@Tag("alone")
class GtmTakeoverTest {
  private static final int TELLERS = 4;
  private static final int COORDINATORS = 2;
  private static final Duration TAKEOVER = Duration.ofSeconds(5);
  private static final Duration RECOVERY = Duration.ofSeconds(40);

  private static final String COMMIT_RECORDS =
      "SELECT gxid || '/' || connection, encode(nonce_hash, 'hex') FROM drover.gx"
          + " WHERE nonce_hash IS NOT NULL";

  private final Map<String, String> nonceOf = new HashMap<>();
  private final List<String> story = new ArrayList<>();
  private int changes;

  @Test
  void oneGtmFollowsTheOther() throws SQLException {
    try (TemporaryCluster cluster = TemporaryCluster.ofProcesses(COORDINATORS)) {
      Bank bank = Bank.create(cluster.coordinators().getFirst());
      AtomicBoolean isOpen = new AtomicBoolean(true);
      CompletableFuture<Outcomes> work =
          CompletableFuture.supplyAsync(
              () ->
                  Bank.work(cluster.coordinators(), TELLERS, isOpen::get, () -> situation(cluster)),
              Thread::startVirtualThread);
      try {
        awaitProgress(cluster, work);
        cluster.addGtm();
        awaitProgress(cluster, work);
        kill(cluster, work);
        forget(cluster.datanodes().getFirst(), cluster);
        sleepAndWake(cluster, work);
        kill(cluster, work);
      } finally {
        isOpen.set(false);
      }
      Outcomes outcomes = work.join();
      await(cluster, RECOVERY, () -> Inspection.preparedCount(cluster) == 0, "nothing prepared");
      assertThat(outcomes.acknowledged()).isNotEmpty();
      bank.verify(outcomes);
      Bank.verifyCopies(cluster.datanodes());
      assertThat(nonceOf).isNotEmpty();
      if (Boolean.getBoolean("drover.test.tell")) {
        IO.println(story);
      }
    }
  }

  private void kill(TemporaryCluster cluster, CompletableFuture<?> work) {
    String active = awaitActive(cluster);
    story.add("killed " + active);
    long since = System.nanoTime();
    cluster.kill(active);
    followed(cluster, active, since);
    cluster.kill("coordinator2");
    awaitProgress(cluster, work);
    // The one that was killed is back, and leaves the other alone.
    await(cluster, RECOVERY, () -> cluster.answersGtm(active), "the old one is back");
    assertThat(active(cluster)).hasSize(1).doesNotContain(active);
  }

  private void sleepAndWake(TemporaryCluster cluster, CompletableFuture<?> work) {
    String active = awaitActive(cluster);
    story.add("stopped " + active);
    long since = System.nanoTime();
    cluster.suspend(active);
    try {
      followed(cluster, active, since);
      cluster.kill("coordinator2");
      awaitProgress(cluster, work);
    } finally {
      cluster.resume(active);
    }
    story.add("woke " + active);
    awaitProgress(cluster, work);
    assertThat(active(cluster)).hasSize(1).doesNotContain(active);
  }

  /** Another one is active, and a change of the schema goes through it. */
  private void followed(TemporaryCluster cluster, String before, long since) {
    await(cluster, TAKEOVER, () -> isFollowed(cluster, before), "a follower of " + before);
    story.add("followed after %d ms".formatted(millis(since)));
    await(cluster, TAKEOVER, () -> changesTheSchema(cluster), "a change of the schema");
    Duration took = Duration.ofNanos(System.nanoTime() - since);
    story.add("schema changed after %d ms".formatted(took.toMillis()));
    assertThat(took).as("%s", story).isLessThan(TAKEOVER);
  }

  /** As if the server had lost its disk; the active GTM gives it its say back. */
  private void forget(Endpoint node, TemporaryCluster cluster) {
    assertThat(
            attempt(
                node,
                "BEGIN; DELETE FROM drover.gtm_seat; INSERT INTO drover.gtm_seat VALUES (1, 0, 0,"
                    + " 0, true, 0, 0, 0, ''); COMMIT"))
        .isTrue();
    await(cluster, RECOVERY, () -> hasSay(node), "the server has a say");
    story.add("a server forgot");
  }

  private static boolean hasSay(Endpoint node) {
    return attempt(
        node, "SELECT 1 / count(*) FROM drover.gtm_seat WHERE NOT vacant AND state <> ''");
  }

  private static boolean isFollowed(TemporaryCluster cluster, String before) {
    return cluster.isActiveGtm(before.equals("gtm") ? "gtm2" : "gtm");
  }

  private String awaitActive(TemporaryCluster cluster) {
    await(cluster, RECOVERY, () -> active(cluster).size() == 1, "one active gtm");
    return active(cluster).getFirst();
  }

  private static List<String> active(TemporaryCluster cluster) {
    return Stream.of("gtm", "gtm2").filter(cluster::isActiveGtm).toList();
  }

  private boolean changesTheSchema(TemporaryCluster cluster) {
    changes++;
    return attempt(
        cluster.coordinators().getFirst(), "CREATE TABLE change%d (id int)".formatted(changes));
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
      noIdServesTwice(cluster);
    }
    if (work.isDone()) {
      work.join();
    }
  }

  /** What the nodes still have of ended transactions: an id belongs to one nonce for ever. */
  private void noIdServesTwice(TemporaryCluster cluster) {
    for (Endpoint node : cluster.servers()) {
      try (Connection connection = node.connect();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(COMMIT_RECORDS)) {
        while (rows.next()) {
          String nonce = rows.getString(2);
          String before = nonceOf.putIfAbsent(rows.getString(1), nonce);
          assertThat(before == null ? nonce : before)
              .as("transaction %s after %s", rows.getString(1), story)
              .isEqualTo(nonce);
        }
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static boolean attempt(Endpoint endpoint, String sql) {
    try (Connection connection = endpoint.connect(Teller.settings());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return true;
    } catch (SQLException e) {
      return false;
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

  private static long millis(long since) {
    return Duration.ofNanos(System.nanoTime() - since).toMillis();
  }

  private String situation(TemporaryCluster cluster) {
    return "%s%s".formatted(story, Situation.of(cluster.servers()));
  }
}
