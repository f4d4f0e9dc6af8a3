package dev.drover.coordinator;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.ddl.ClusterTransaction;
import dev.drover.coordinator.dispatch.PlanOperators;
import dev.drover.coordinator.exec.ExecServices;
import dev.drover.coordinator.exec.NodeRotation;
import dev.drover.coordinator.exec.Slots;
import dev.drover.coordinator.exec.WriteOrder;
import dev.drover.coordinator.metadata.ErrorNames;
import dev.drover.coordinator.metadata.NodeInstaller;
import dev.drover.coordinator.metrics.LoopCounts;
import dev.drover.coordinator.pool.Admission;
import dev.drover.coordinator.pool.BackendConnector;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.session.Roles;
import dev.drover.coordinator.session.Session;
import dev.drover.coordinator.session.SessionRegistry;
import dev.drover.coordinator.session.SessionServices;
import dev.drover.coordinator.snapshot.AloneTime;
import dev.drover.coordinator.snapshot.CommitCounts;
import dev.drover.coordinator.snapshot.CommitGate;
import dev.drover.coordinator.snapshot.GateRelay;
import dev.drover.coordinator.snapshot.GateStatistics;
import dev.drover.coordinator.snapshot.GateSwitch;
import dev.drover.coordinator.snapshot.GroupSnapshots;
import dev.drover.coordinator.snapshot.Moments;
import dev.drover.coordinator.snapshot.SecondPhases;
import dev.drover.coordinator.statistics.StatisticsRefresher;
import dev.drover.coordinator.txn.ClusterPause;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.coordinator.txn.Nonces;
import dev.drover.coordinator.txn.PauseHold;
import dev.drover.coordinator.txn.PooledServers;
import dev.drover.coordinator.txn.TransactionRegistry;
import dev.drover.coordinator.txn.TransactionServices;
import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.GtmClientConfig;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.protocol.Role;
import dev.drover.pgwire.netty.Credentials;
import dev.drover.pgwire.netty.FrontendOptions;
import dev.drover.pgwire.netty.FrontendServer;
import dev.drover.pgwire.netty.ServerAddress;
import dev.drover.pgwire.netty.Transport;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Node;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that clients connect to: wires the parts together and holds them until it is closed.
 *
 * <p>Nothing of it must survive: what it leaves in doubt is resolved from the servers.
 *
 * <p>Threads: thread-safe.
 */
public final class Coordinator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);
  private static final String DATABASE = "postgres";
  private static final long START_TIMEOUT_SECONDS = 30;
  private static final int CATALOG_CONNECTIONS = 4;
  private static final long CATALOG_WAIT_MILLIS = 2_000;

  /** Connections to one node beside those of admitted transactions. */
  private static final int SPARE_CONNECTIONS = 16;

  private final CoordinatorConfig config;
  private final Transport transport;
  private final HikariDataSource catalogNode;
  private final NodeServers servers;
  private final ExecutorService blocking;
  private final AloneTime alone;
  private final GateSwitch gateSwitch = new GateSwitch();
  private final CommitCounts commits = new CommitCounts();
  private final SecondPhases secondPhases = new SecondPhases();
  private final GateStatistics gateStatistics = new GateStatistics();
  private final GtmEvents events;
  private final GtmClient gtm;
  private final ClusterPause pause;
  private final CatalogCache catalog;
  private final StatisticsRefresher statistics;
  private final CoordinatorDdl ddl;
  private final CoordinatorJobs jobs;
  private final List<LoopServices> loops;
  private final List<CoordinatorMetrics> metrics = new CopyOnWriteArrayList<>();
  private final FrontendServer server;
  private Set<Node> knownNodes = Set.of();
  private Map<String, Integer> knownRoles = Map.of();

  private Coordinator(CoordinatorConfig config, NodeInstaller.TransactionSchema schema) {
    this.config = config;
    this.servers = new NodeServers(config, schema);
    servers.upgrade();
    this.transport = Transport.create(config.eventLoops());
    this.catalogNode = dataSource(config);
    this.blocking = Executors.newVirtualThreadPerTaskExecutor();
    this.alone = new AloneTime(this::stayAlone);
    this.events = new GtmEvents(alone);
    this.gtm =
        GtmClient.start(
            new GtmClientConfig(
                config.gtms().stream().map(at -> new GtmAddress(at.host(), at.port())).toList(),
                config.secret(),
                config.name(),
                Role.COORDINATOR),
            events);
    this.pause = new ClusterPause(gtm);
    long version = events.awaitStart(START_TIMEOUT_SECONDS);
    JdbcCatalogSource source = JdbcCatalogSource.of(catalogNode);
    this.catalog = new CatalogCache(source, version, blocking);
    this.statistics = new StatisticsRefresher(catalog, catalogNode, servers::connect, blocking);
    this.ddl =
        new CoordinatorDdl(catalog, source.views(), gtm, blocking, servers::prepare, statistics);
    Roles roles = new Roles(new Credentials.Password(config.secret()));
    this.loops = loops(roles);
    catalog.onLoad(this::catalogLoaded);
    catalogLoaded();
    pause.attach(loops.stream().map(l -> l.sessions().transactions().pause()).toList());
    events.attach(new GtmEvents.Parts(catalog, loops, roles, gate(), pause));
    new WaitReporter(loops, gtm, this::nodeName).start();
    servers.checkHashes(catalog.view().snapshot().nodes(), blocking);
    this.server = listen();
    statistics.start();
    JobServers jobServers = new JobServers(this::node, config.secret());
    this.jobs =
        CoordinatorJobs.start(
            servers::connectCatalog,
            jobServers,
            new ClusterTransaction(loops.getFirst().sessions().transactions(), ddl),
            config.moveGrace());
    LOG.info("event=coordinator_started name={} port={}", config.name(), port());
  }

  /**
   * Accepts clients when it returns.
   *
   * @param schema what it installs on servers that become nodes
   */
  public static Coordinator start(
      CoordinatorConfig config, NodeInstaller.TransactionSchema schema) {
    return new Coordinator(config, schema);
  }

  /** The TCP port that clients connect to. */
  public int port() {
    return server.port();
  }

  /** What it counts, for whoever shows it. */
  public MeterBinder metrics(Tags tags) {
    var parts = new CoordinatorMetrics.Parts(loops, gateStatistics, catalog, gtm, jobs.runner());
    CoordinatorMetrics added = new CoordinatorMetrics(parts, tags);
    metrics.add(added);
    return added;
  }

  private static HikariDataSource dataSource(CoordinatorConfig config) {
    HikariConfig hikari = new HikariConfig();
    hikari.setJdbcUrl(
        "jdbc:postgresql://%s:%d/%s"
            .formatted(config.catalogHost().host(), config.catalogHost().port(), DATABASE));
    hikari.setUsername(InDoubtFinisher.DROVER_ROLE);
    hikari.setPassword(config.secret());
    hikari.setMaximumPoolSize(CATALOG_CONNECTIONS);
    hikari.setConnectionTimeout(CATALOG_WAIT_MILLIS);
    hikari.setMinimumIdle(0);
    hikari.setPoolName("catalog");
    return new HikariDataSource(hikari);
  }

  private List<LoopServices> loops(Roles roles) {
    List<EventLoop> eventLoops = new ArrayList<>();
    for (EventExecutor executor : transport.group()) {
      eventLoops.add((EventLoop) executor);
    }
    SessionServices.Shared shared =
        new SessionServices.Shared(
            catalog,
            roles,
            new SessionRegistry(gtm.coordinatorId()),
            DATABASE,
            config.trustLoopback(),
            this::closeIdle);
    List<LoopServices> result = new ArrayList<>();
    for (int i = 0; i < eventLoops.size(); i++) {
      result.add(loop(eventLoops.get(i), i, eventLoops.size(), shared));
    }
    return result;
  }

  private void stayAlone() {
    gtm.stayAlone();
  }

  private GateRelay gate() {
    return new GateRelay(
        GateRelay.Gtm.of(gtm),
        gateSwitch,
        commits,
        loops.stream()
            .map(
                l -> {
                  TransactionServices transactions = l.sessions().transactions();
                  return new GateRelay.Part(l.loop(), transactions.gate(), transactions.moments());
                })
            .toList(),
        gateStatistics);
  }

  private LoopServices loop(EventLoop loop, int index, int count, SessionServices.Shared shared) {
    long waitMillis = config.poolWait().toMillis();
    int grant = Math.max(1, gtm.maxTransactions() / count);
    BackendConnector connector =
        new BackendConnector(transport, this::node, shared.roles(), identity(), DATABASE);
    BackendPool pool = new BackendPool(loop, connector, grant + SPARE_CONNECTIONS, waitMillis);
    GtmLink global = new GtmLink(gtm, loop);
    TransactionRegistry registry = new TransactionRegistry(index, count);
    Moments moments = new Moments(gtm::wantSnapshot, commits, alone, gateStatistics);
    TransactionServices transactions =
        new TransactionServices(
            loop,
            pool,
            new Admission(loop, grant, waitMillis),
            new CommitGate(gateSwitch, commits, secondPhases),
            moments,
            new GroupSnapshots(loop, pool, moments, this::members, InDoubtFinisher.DROVER_ROLE),
            global,
            new Nonces(),
            new InDoubtFinisher(new PooledServers(loop, pool), global::mayCommit),
            registry,
            new PauseHold(loop, pause));
    ExecServices exec =
        new ExecServices(
            loop,
            pool,
            new Slots(),
            new PlanOperators(),
            new NodeRotation(),
            new WriteOrder(),
            (fields, view, _) -> ErrorNames.translate(fields, view.snapshot()),
            ddl,
            new LoopCounts());
    return new LoopServices(
        loop,
        pool,
        registry,
        new SessionServices(shared, transactions, exec, new StatementPlanner(pool)));
  }

  private GroupSnapshots.Members members() {
    CatalogSnapshot now = catalog.view().snapshot();
    return new GroupSnapshots.Members(now.version(), now.datanodes());
  }

  private CompletableFuture<Void> closeIdle(IntPredicate ofNode, Predicate<String> ofRole) {
    return CompletableFuture.allOf(
        loops.stream()
            .map(l -> LoopServices.onLoop(l.loop(), () -> l.pool().closeIdle(ofNode, ofRole)))
            .toArray(CompletableFuture[]::new));
  }

  private BackendConnector.Identity identity() {
    return new BackendConnector.Identity() {
      @Override
      public int coordinatorId() {
        return gtm.coordinatorId();
      }

      @Override
      public long epoch() {
        return gtm.epoch();
      }
    };
  }

  private Optional<Node> node(int id) {
    if (id != Node.CATALOG_ID) {
      return catalog.view().snapshot().node(id);
    }
    return Optional.of(
        new Node(
            Node.CATALOG_ID,
            "catalog",
            config.catalogHost().host(),
            config.catalogHost().port(),
            config.catalogSocketDirectory(),
            false,
            false,
            false));
  }

  private String nodeName(int id) {
    return node(id).map(Node::name).orElse("node " + id);
  }

  /** Of nodes that have moved, connections to the old address are let go. */
  private void catalogLoaded() {
    List<NodeAddress> addresses = new ArrayList<>();
    addresses.add(
        new NodeAddress("catalog", config.catalogHost().host(), config.catalogHost().port()));
    Set<Node> nodes = Set.copyOf(catalog.view().snapshot().nodes());
    for (Node node : nodes) {
      if (node.id() != Node.CATALOG_ID) {
        addresses.add(new NodeAddress(node.name(), node.host(), node.port()));
      }
    }
    gtm.useNodes(addresses);
    if (!nodes.containsAll(knownNodes)) {
      var _ = closeIdle(_ -> true, _ -> true);
    }
    knownNodes = nodes;
    metrics.forEach(CoordinatorMetrics::nodesChanged);
    closeGoneRoles();
  }

  /** Of roles that were dropped, renamed, or made anew under the same name. */
  private void closeGoneRoles() {
    Map<String, Integer> before = knownRoles;
    Map<String, Integer> roles = catalog.view().roles();
    knownRoles = roles;
    var _ =
        closeIdle(
            _ -> true,
            role -> {
              Integer oid = roles.get(role);
              return oid == null || !oid.equals(before.getOrDefault(role, oid));
            });
  }

  private FrontendServer listen() {
    Map<EventLoop, SessionServices> byLoop = new HashMap<>();
    loops.forEach(l -> byLoop.put(l.loop(), l.sessions()));
    return FrontendServer.bind(
            transport,
            new ServerAddress.Tcp(config.listen().host(), config.listen().port()),
            FrontendOptions.defaults(),
            () -> new Session(byLoop::get))
        .syncUninterruptibly()
        .getNow();
  }

  /** Takes no more clients, ends the sessions, and gives the lease back. */
  @Override
  public void close() {
    server.close().syncUninterruptibly();
    jobs.close();
    statistics.close();
    for (LoopServices services : loops) {
      services
          .loop()
          .submit(
              () -> {
                List.copyOf(services.sessions().sessions()).forEach(Session::shutDown);
                services.sessions().transactions().snapshots().close();
                services.pool().close();
              })
          .syncUninterruptibly();
    }
    gtm.close();
    transport.close();
    blocking.close();
    catalogNode.close();
    LOG.info("event=coordinator_stopped name={}", config.name());
  }
}
