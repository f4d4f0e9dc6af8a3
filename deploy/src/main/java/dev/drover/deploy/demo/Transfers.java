package dev.drover.deploy.demo;

import dev.drover.deploy.cluster.NodePort;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The chapter about money: concurrent transfers between nodes while a server is killed. */
final class Transfers {
  private static final int TELLERS = 8;
  private static final int SECONDS_BEFORE = 3;
  private static final int SECONDS_AFTER = 4;
  private static final int MOST_SECONDS = 90;
  private static final int BAR_WIDTH = 40;
  private static final long POLL_MILLIS = 50;

  private final DemoCluster cluster;
  private final Database database;
  private final Screen screen;

  Transfers(DemoCluster cluster, Database database, Screen screen) {
    this.cluster = cluster;
    this.database = database;
    this.screen = screen;
  }

  void show() throws SQLException {
    screen.chapter("Money that moves while a server dies");
    NodePort victim = cluster.datanodes().getLast();
    screen.say(
        """
        %d clients move money between %s accounts on all nodes, in both directions. Each transfer is one
        transaction over two or three servers: it commits on all of them or on none. Every tenth also
        writes to a replicated table. After %d seconds the PostgreSQL of %s gets SIGKILL. A client whose
        transfer fails tries it again under the same id, as a careful client does.
        """
            .formatted(TELLERS, Screen.grouped(Bank.ACCOUNTS), SECONDS_BEFORE, victim.name()));
    screen.sql(Bank.EXAMPLE);
    Bank bank = new Bank(cluster, TELLERS);
    bank.open(database);
    Counters counters = new Counters();
    try (Crowd crowd = Crowd.start(bank, counters)) {
      watch(victim, counters);
      crowd.stop();
    }
    new Audit(cluster, database, screen).check(counters);
  }

  /** Prints a line a second until the server has been back for a while. */
  private void watch(NodePort victim, Counters counters) {
    CompletableFuture<Duration> recovery = new CompletableFuture<>();
    long before = 0;
    int lastSecond = MOST_SECONDS;
    for (int second = 1; second <= lastSecond; second++) {
      pause(1000);
      long now = counters.committed();
      print(second, now - before, counters);
      before = now;
      if (second == SECONDS_BEFORE) {
        screen.note("kill -9: the PostgreSQL of %s is gone".formatted(victim.name()));
        kill(victim, recovery);
      }
      if (recovery.isDone() && lastSecond == MOST_SECONDS) {
        lastSecond = Math.min(MOST_SECONDS - 1, second + SECONDS_AFTER);
        screen.note(
            "%s is back: its agent has started it again; it took %s"
                .formatted(victim.name(), Screen.milliseconds(recovery.join())));
      }
    }
    screen.check(
        "the agent has started %s again".formatted(victim.name()),
        recovery.isDone() && !recovery.isCompletedExceptionally(),
        recovery.isDone() ? Screen.milliseconds(recovery.join()) : "not within the demo");
  }

  private void kill(NodePort victim, CompletableFuture<Duration> recovery) {
    long begin = System.nanoTime();
    cluster.kill(victim);
    Thread.ofVirtual()
        .name("recovery")
        .start(
            () -> {
              long deadline = begin + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
              while (System.nanoTime() < deadline && !cluster.isUp(victim)) {
                pause(POLL_MILLIS);
              }
              if (System.nanoTime() < deadline) {
                recovery.complete(Duration.ofNanos(System.nanoTime() - begin));
              }
            });
  }

  private void print(int second, long committed, Counters counters) {
    int length = (int) Math.min(BAR_WIDTH, (committed * BAR_WIDTH) / counters.best(committed));
    screen.line(
        "%3d s  %-40s %6s transfers, %s tried again"
            .formatted(
                second, "█".repeat(length), Screen.grouped(committed), counters.takeRetries()));
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
