package dev.drover.coordinator;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;

import dev.drover.coordinator.LoopReadings.Reading;
import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.metrics.StatementKind;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.snapshot.GateStatistics;
import dev.drover.gtm.client.GtmClient;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.redistribute.job.JobRunner;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * A coordinator's meters. All but one are functions over what the event loops have counted anyway;
 * times of statements are recorded for one in many.
 *
 * <p>Threads: thread-safe.
 */
final class CoordinatorMetrics implements MeterBinder {
  private static final String PREFIX = "coordinator.";
  private static final String OTHER = "other";
  private static final int CLASS_LENGTH = 2;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double[] BUCKET_MILLIS = {
    0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000
  };

  private final List<LoopServices> loops;
  private final LoopReadings readings;
  private final GateStatistics gate;
  private final CatalogCache catalog;
  private final GtmClient gtm;
  private final JobRunner jobs;
  private final Tags tags;
  private final Map<Integer, List<Meter>> ofNodes = new HashMap<>();
  private Optional<MeterRegistry> shownIn = Optional.empty();

  /** Meters carry {@code tags}, since a process may have several coordinators. */
  CoordinatorMetrics(Parts parts, Tags tags) {
    this.loops = List.copyOf(parts.loops());
    this.readings = new LoopReadings(loops);
    this.gate = parts.gate();
    this.catalog = parts.catalog();
    this.gtm = parts.gtm();
    this.jobs = parts.jobs();
    this.tags = tags;
  }

  /** What is measured. */
  record Parts(
      List<LoopServices> loops,
      GateStatistics gate,
      CatalogCache catalog,
      GtmClient gtm,
      JobRunner jobs) {}

  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    shownIn = Optional.of(registry);
    Meters meters = new Meters(registry, readings, tags);
    meters.gauge("sessions", "Connections of clients", Reading::openSessions);
    meters.counter("sessions.opened", "Clients that have logged in", r -> r.counts().sessions());
    statements(meters);
    errors(meters);
    times(registry);
    transactions(meters);
    windows(registry);
    pools(registry);
    new JobMetrics(jobs::running, jobs.counts(), tags).bindTo(registry);
    Gauge.builder(PREFIX + "catalog.version", catalog, CatalogCache::version)
        .description("Version of the catalog that plans are made by")
        .tags(tags)
        .register(registry);
    Gauge.builder(PREFIX + "lease.valid", gtm, g -> g.leaseValid() ? 1 : 0)
        .description("1 while the lease that the GTM has granted holds, else 0")
        .tags(tags)
        .register(registry);
  }

  /** New nodes get meters of their own; those of nodes that are gone go. */
  synchronized void nodesChanged() {
    shownIn.ifPresent(this::pools);
  }

  /** Registers functions over the readings. */
  private record Meters(MeterRegistry registry, LoopReadings readings, Tags common) {
    void gauge(String name, String help, ToLongFunction<Reading> part) {
      Gauge.builder(PREFIX + name, readings, r -> r.sum(part)).description(help).register(registry);
    }

    void counter(String name, String help, ToLongFunction<Reading> part, String... tags) {
      FunctionCounter.builder(PREFIX + name, readings, r -> r.sum(part))
          .description(help)
          .tags(common)
          .tags(tags)
          .register(registry);
    }
  }

  private static void statements(Meters meters) {
    for (StatementKind kind : StatementKind.values()) {
      meters.counter(
          "statements",
          "Statements by how they were carried out",
          r -> r.counts().statements().get(kind),
          "kind",
          kind.label());
    }
    meters.counter(
        "exchange.bytes",
        "Bytes of rows that were moved between nodes for a statement",
        r -> r.counts().exchangedBytes());
  }

  private static void errors(Meters meters) {
    String help = "Errors that clients were told of, by the class of their SQLSTATE";
    Set<String> classes =
        Arrays.stream(SqlState.values())
            .map(state -> state.code().substring(0, CLASS_LENGTH))
            .collect(toCollection(TreeSet::new));
    for (String each : classes) {
      meters.counter(
          "errors", help, r -> r.counts().errors().getOrDefault(each, 0L), "class", each);
    }
    meters.counter("errors", help, r -> others(r.counts().errors(), classes), "class", OTHER);
  }

  private static long others(Map<String, Long> errors, Set<String> classes) {
    return errors.entrySet().stream()
        .filter(error -> !classes.contains(error.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private void times(MeterRegistry registry) {
    Timer times =
        Timer.builder(PREFIX + "statement.duration")
            .description("Time from a statement's plan to its answer, of one statement in 64")
            .tags(tags)
            .serviceLevelObjectives(
                Arrays.stream(BUCKET_MILLIS)
                    .mapToObj(millis -> Duration.ofNanos((long) (millis * 1e6)))
                    .toArray(Duration[]::new))
            .register(registry);
    for (LoopServices loop : loops) {
      loop.sessions().counts().timesTo(nanos -> times.record(nanos, TimeUnit.NANOSECONDS));
    }
  }

  private static void transactions(Meters meters) {
    meters.gauge(
        "transactions.active",
        "Transactions that may hold connections to nodes",
        r -> r.admission().active());
    meters.gauge(
        "transactions.waiting",
        "Transactions that wait for the end of another one",
        r -> r.admission().waiting());
    meters.counter(
        "transactions.waits",
        "Transactions that had to wait for the end of another one",
        r -> r.admission().waits());
    String help = "Commits, in one phase or in two";
    meters.counter("commits", help, r -> r.commits().onePhase(), "phases", "1");
    meters.counter("commits", help, r -> r.commits().twoPhase(), "phases", "2");
    meters.counter(
        "commits.held",
        "Commits that waited for the end of a snapshot window",
        r -> r.commits().waited());
  }

  private void windows(MeterRegistry registry) {
    String windows = "Snapshot windows that this coordinator took part in";
    gate("snapshot.windows", windows, GateStatistics.Reading::validWindows)
        .tags("result", "valid")
        .register(registry);
    gate("snapshot.windows", windows, r -> r.windows() - r.validWindows())
        .tags("result", "given_up")
        .register(registry);
    String readers = "Readers that found one moment of all nodes, in a window or without";
    gate("snapshot.readers", readers, GateStatistics.Reading::readersInWindows)
        .tags("window", "yes")
        .register(registry);
    gate("snapshot.readers", readers, GateStatistics.Reading::readersWithout)
        .tags("window", "no")
        .register(registry);
    seconds("gate.closed", "Time for which second phases had to wait", r -> r.closedNanos())
        .register(registry);
    seconds("gate.held", "Time for which all commits had to wait", r -> r.heldNanos())
        .register(registry);
  }

  private FunctionCounter.Builder<GateStatistics> gate(
      String name, String help, ToLongFunction<GateStatistics.Reading> part) {
    return FunctionCounter.builder(PREFIX + name, gate, g -> part.applyAsLong(g.read()))
        .description(help)
        .tags(tags);
  }

  private FunctionCounter.Builder<GateStatistics> seconds(
      String name, String help, ToLongFunction<GateStatistics.Reading> nanos) {
    return FunctionCounter.builder(
            PREFIX + name, gate, g -> nanos.applyAsLong(g.read()) / NANOS_PER_SECOND)
        .baseUnit("seconds")
        .description(help)
        .tags(tags);
  }

  private void pools(MeterRegistry registry) {
    Collection<Node> nodes = catalog.view().snapshot().nodes();
    Set<Integer> ids = nodes.stream().map(Node::id).collect(toSet());
    ofNodes.forEach(
        (id, meters) -> meters.stream().filter(_ -> !ids.contains(id)).forEach(registry::remove));
    ofNodes.keySet().retainAll(ids);
    for (Node node : nodes) {
      ofNodes.computeIfAbsent(node.id(), _ -> pool(registry, node));
    }
  }

  private List<Meter> pool(MeterRegistry registry, Node node) {
    Tags ofNode = tags.and("node", node.name());
    return List.of(
        connections(registry, node, ofNode.and("state", "used"), BackendPool.Reading::used),
        connections(registry, node, ofNode.and("state", "idle"), BackendPool.Reading::idle),
        connections(registry, node, ofNode.and("state", "wanted"), BackendPool.Reading::waiting),
        requests(registry, node, ofNode.and("result", "opened"), r -> r.connects() - r.failures()),
        requests(registry, node, ofNode.and("result", "failed"), BackendPool.Reading::failures),
        requests(registry, node, ofNode.and("result", "waited"), BackendPool.Reading::waits));
  }

  private Meter connections(
      MeterRegistry registry, Node node, Tags labels, ToLongFunction<BackendPool.Reading> part) {
    return Gauge.builder(PREFIX + "pool.connections", readings, r -> r.sumOfNode(node.id(), part))
        .description("Connections to a node: in use, idle, or wanted and not to be had")
        .tags(labels)
        .register(registry);
  }

  private Meter requests(
      MeterRegistry registry, Node node, Tags labels, ToLongFunction<BackendPool.Reading> part) {
    return FunctionCounter.builder(
            PREFIX + "pool.requests", readings, r -> r.sumOfNode(node.id(), part))
        .description("Requests for a connection to a node that found no idle one")
        .tags(labels)
        .register(registry);
  }
}
