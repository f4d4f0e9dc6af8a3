package dev.drover.coordinator.simulation;

import dev.drover.gtm.core.GtmEffect;
import dev.drover.gtm.core.GtmEvent;
import dev.drover.gtm.locks.LockWait;
import dev.drover.gtm.locks.NodePoll;
import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.NodeAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The lock tables of all nodes: exclusive locks with queues. */
final class SimulatedNodes {
  static final List<String> NAMES = List.of("n0", "n1", "n2");
  static final int RESOURCES = 4;

  private final Simulation simulation;
  private final Map<Resource, Lock> locks = new TreeMap<>();
  private final Map<Backend, SimulatedTransaction> owners = new HashMap<>();
  private long lastWaitStart;

  SimulatedNodes(Simulation simulation) {
    this.simulation = simulation;
  }

  static List<NodeAddress> addresses() {
    return NAMES.stream().map(name -> new NodeAddress(name, name, 1)).toList();
  }

  void own(Backend backend, SimulatedTransaction owner) {
    owners.put(backend, owner);
  }

  /** Takes the lock now or later; says so by the callback. */
  void acquire(Backend backend, int resource, Runnable granted) {
    Lock lock = locks.computeIfAbsent(new Resource(backend.node(), resource), _ -> new Lock());
    if (lock.holder.isEmpty() || lock.holder.get().equals(backend)) {
      lock.holder = Optional.of(backend);
      simulation.after(0, granted);
      return;
    }
    lastWaitStart++;
    lock.queue.add(new Waiter(backend, lastWaitStart, granted));
  }

  /** The backend's transaction has ended on this node. */
  void release(Backend backend) {
    owners.remove(backend);
    for (Lock lock : locks.values()) {
      lock.queue.removeIf(waiter -> waiter.backend.equals(backend));
      if (lock.holder.equals(Optional.of(backend))) {
        lock.holder = Optional.empty();
        Waiter next = lock.queue.poll();
        if (next != null) {
          lock.holder = Optional.of(next.backend);
          simulation.after(0, next.granted);
        }
      }
    }
  }

  boolean isWaiting(Backend backend) {
    return !blockers(backend).isEmpty();
  }

  /** Asks the nodes at different moments. */
  void poll(GtmEffect.PollLocks poll, Consumer<GtmEvent.LocksPolled> answer) {
    List<LockWait> waits = new ArrayList<>();
    Set<String> failed = new HashSet<>();
    long last = 0;
    for (NodePoll node : poll.polls()) {
      long when = simulation.upTo(30 * Simulation.MILLIS);
      last = Math.max(last, when);
      boolean fails = simulation.strikes(40);
      simulation.after(
          when,
          () -> {
            if (fails) {
              failed.add(node.node().node());
            } else {
              waits.addAll(sample(node));
            }
          });
    }
    simulation.after(
        last + 1 + simulation.upTo(5 * Simulation.MILLIS),
        () -> answer.accept(new GtmEvent.LocksPolled(poll.round(), waits, failed)));
  }

  /** Whether the transaction waits in a circle in which none of the others takes part. */
  boolean isDeadlocked(SimulatedTransaction transaction, Set<SimulatedTransaction> others) {
    Set<SimulatedTransaction> reached = new HashSet<>();
    Deque<SimulatedTransaction> toVisit = new ArrayDeque<>(waitsFor(transaction));
    while (!toVisit.isEmpty()) {
      SimulatedTransaction next = toVisit.remove();
      if (!others.contains(next) && reached.add(next)) {
        toVisit.addAll(waitsFor(next));
      }
    }
    return reached.contains(transaction);
  }

  /** What the server itself would find: a circle of waits on this one node. */
  boolean isDeadlockedLocally(Backend backend) {
    Set<Backend> reached = new HashSet<>();
    Deque<Backend> toVisit = new ArrayDeque<>(blockers(backend));
    while (!toVisit.isEmpty()) {
      Backend next = toVisit.remove();
      if (reached.add(next)) {
        toVisit.addAll(blockers(next));
      }
    }
    return reached.contains(backend);
  }

  private Set<SimulatedTransaction> waitsFor(SimulatedTransaction transaction) {
    Set<SimulatedTransaction> blocking = new HashSet<>();
    for (Backend backend : transaction.backends()) {
      for (Backend blocker : blockers(backend)) {
        Optional.ofNullable(owners.get(blocker)).ifPresent(blocking::add);
      }
    }
    return blocking;
  }

  private List<Backend> blockers(Backend backend) {
    List<Backend> blockers = new ArrayList<>();
    locks.forEach(
        (resource, lock) -> {
          if (resource.node.equals(backend.node())) {
            blockers.addAll(lock.blockers(backend));
          }
        });
    return blockers;
  }

  private List<LockWait> sample(NodePoll poll) {
    List<LockWait> waits = new ArrayList<>();
    locks.forEach(
        (resource, lock) -> {
          for (Waiter waiter : lock.queue) {
            if (resource.node.equals(poll.node().node())
                && poll.pids().contains(waiter.backend.pid())) {
              List<Integer> pids =
                  lock.blockers(waiter.backend).stream().map(Backend::pid).toList();
              waits.add(new LockWait(waiter.backend, waiter.start, pids));
            }
          }
        });
    return waits;
  }

  private record Resource(String node, int number) implements Comparable<Resource> {
    @Override
    public int compareTo(Resource other) {
      int byNode = node.compareTo(other.node);
      return byNode != 0 ? byNode : Integer.compare(number, other.number);
    }
  }

  private record Waiter(Backend backend, long start, Runnable granted) {}

  private static final class Lock {
    private final Deque<Waiter> queue = new ArrayDeque<>();
    private Optional<Backend> holder = Optional.empty();

    /** The holder and everyone ahead in the queue; nobody if the backend does not wait here. */
    List<Backend> blockers(Backend backend) {
      List<Backend> ahead = new ArrayList<>(holder.stream().toList());
      for (Waiter waiter : queue) {
        if (waiter.backend.equals(backend)) {
          return ahead;
        }
        ahead.add(waiter.backend);
      }
      return List.of();
    }
  }
}
