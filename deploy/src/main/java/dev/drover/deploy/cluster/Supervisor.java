package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the members of a cluster as processes of their own and starts again those that die.
 *
 * <p>All processes load at once; GTM and agents work as soon as the nodes' data exists, the
 * coordinators when all of these are ready. Coordinators stop first, then the GTMs, whose state may
 * be on the nodes.
 *
 * <p>Threads: start and close are called by one thread at a time; the rest is thread-safe.
 */
public final class Supervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final long READY_LIMIT_SECONDS = 120;

  private final ClusterLock lock;
  private final List<MemberProcess> members;
  private final SettingsWatch watch;

  private Supervisor(ClusterLock lock, List<MemberProcess> members) {
    this.lock = lock;
    this.members = new CopyOnWriteArrayList<>(members);
    this.watch = new SettingsWatch(this::settingsChanged);
  }

  /** Returns when all members are ready; if one is not, none is left. */
  public static Supervisor start(ClusterDirectory directory) {
    ClusterSettings settings = directory.settings();
    ClusterLock lock = ClusterLock.take(directory);
    ClusterStop.endMembers(directory, settings);
    Ports.requireFree(settings);
    List<MemberProcess> members =
        Member.of(settings).stream().map(member -> new MemberProcess(member, directory)).toList();
    Supervisor supervisor = new Supervisor(lock, members);
    try {
      supervisor.startMembers(directory, settings);
      supervisor.watch.start(directory, settings);
      return supervisor;
    } catch (RuntimeException e) {
      supervisor.close();
      throw e;
    }
  }

  /** Ends a member's process as a crash would; it is started again. */
  public void kill(Member member) {
    process(member).kill();
  }

  /** Returns when a member works; one that was killed, when it works again. */
  public void awaitReady(Member member) {
    try {
      process(member).ready().get(READY_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new ClusterException(member.label() + " does not come back", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("interrupted while a member started", e);
    }
  }

  private MemberProcess process(Member member) {
    return members.stream()
        .filter(process -> process.member().equals(member))
        .findFirst()
        .orElseThrow(() -> new ClusterException("no such process: " + member.label()));
  }

  @Override
  public void close() {
    watch.close();
    stopAll(process -> process.member() instanceof Member.Coordinator);
    stopAll(process -> process.member() instanceof Member.Gtm);
    stopAll(process -> process.member() instanceof Member.Node);
    lock.close();
    LOG.info("event=cluster_stopped");
  }

  private void settingsChanged(ClusterDirectory directory, ClusterSettings settings) {
    nodesChanged(directory, settings);
    gtmsChanged(directory, settings);
  }

  /**
   * Agents of nodes that were added start, those of nodes that are gone stop with their servers.
   */
  private void nodesChanged(ClusterDirectory directory, ClusterSettings settings) {
    List<Member> wanted = Member.of(settings);
    List<MemberProcess> gone =
        members.stream()
            .filter(process -> process.member() instanceof Member.Node)
            .filter(process -> !wanted.contains(process.member()))
            .toList();
    for (MemberProcess process : gone) {
      process.stop();
      members.remove(process);
      LOG.info("event=node_stopped node={}", process.member().label());
    }
    for (MemberProcess process : added(directory, settings)) {
      if (process.member() instanceof Member.Node) {
        members.add(process);
        process.launch();
        process.release();
        LOG.info("event=node_started node={}", process.member().label());
      }
    }
  }

  private List<MemberProcess> added(ClusterDirectory directory, ClusterSettings settings) {
    List<Member> known = members.stream().map(MemberProcess::member).toList();
    return Member.of(settings).stream()
        .filter(member -> !known.contains(member))
        .map(member -> new MemberProcess(member, directory))
        .toList();
  }

  /**
   * GTMs that were added: those that run start again, one after the other, so that they know of
   * each other and, if there was only one, its state is on the servers; then the new ones start.
   */
  private void gtmsChanged(ClusterDirectory directory, ClusterSettings settings) {
    List<MemberProcess> added =
        added(directory, settings).stream()
            .filter(process -> process.member() instanceof Member.Gtm)
            .toList();
    if (added.isEmpty()) {
      return;
    }
    for (MemberProcess process : members) {
      if (process.member() instanceof Member.Gtm gtm) {
        process.restart();
        awaitReady(gtm);
      }
    }
    members.addAll(added);
    added.forEach(MemberProcess::launch);
    added.forEach(MemberProcess::release);
    LOG.info("event=gtms_added count={}", added.size());
  }

  private void startMembers(ClusterDirectory directory, ClusterSettings settings) {
    members.forEach(MemberProcess::launch);
    PostgresBinaries binaries = settings.binaries();
    NodeStorage.create(
        directory,
        settings,
        settings.nodes().stream()
            .map(node -> directory.server(node, binaries, Lifetime.INDEPENDENT))
            .toList());
    release(process -> !(process.member() instanceof Member.Coordinator));
    Metadata.install(directory, settings);
    release(process -> process.member() instanceof Member.Coordinator);
    LOG.info("event=cluster_ready directory={}", directory.root());
  }

  private void release(Predicate<MemberProcess> which) {
    List<MemberProcess> some = members.stream().filter(which).toList();
    some.forEach(MemberProcess::release);
    CompletableFuture<?>[] ready =
        some.stream().map(MemberProcess::firstReady).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ready).orTimeout(READY_LIMIT_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClusterException failure) {
        throw failure;
      }
      boolean isLate = e.getCause() instanceof TimeoutException;
      throw new ClusterException(isLate ? "the cluster took too long to start" : e.toString(), e);
    }
  }

  private void stopAll(Predicate<MemberProcess> which) {
    List<Thread> stopping =
        members.stream()
            .filter(which)
            .map(process -> Thread.ofPlatform().start(process::stop))
            .toList();
    for (Thread thread : stopping) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
