package dev.drover.deploy.cluster;

import dev.drover.agent.Agent;
import dev.drover.agent.AgentStatus;
import dev.drover.agent.NodeSchema;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.PostgresTemplate;
import dev.drover.agent.recovery.NodeEndpoint;
import dev.drover.agent.recovery.Recovery;
import dev.drover.coordinator.Coordinator;
import dev.drover.coordinator.CoordinatorConfig;
import dev.drover.coordinator.CoordinatorConfig.Endpoint;
import dev.drover.gtm.Gtm;
import dev.drover.gtm.GtmConfig;
import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.locks.JdbcLockGraphSource.Credentials;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.pgwire.SqlError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Starts members inside this process, from what the cluster's directory says. */
public final class Members {
  private static final String HOST = "127.0.0.1";
  private static final String DATABASE = "postgres";
  private static final Duration POOL_WAIT = Duration.ofSeconds(30);

  /**
   * A lease outlasts a restart of the GTM on a busy machine; what a dead coordinator left in doubt
   * waits as long. All transactions together fit a server's max_prepared_transactions.
   */
  private static final GtmTerms TERMS = new GtmTerms(3000, 10_000, 100, 200, 75);

  private final ClusterDirectory directory;
  private final ClusterSettings settings;
  private final Lifetime lifetime;

  public Members(ClusterDirectory directory, Lifetime lifetime) {
    this.directory = directory;
    this.settings = directory.settings();
    this.lifetime = lifetime;
  }

  /** A GTM; it listens when this returns, and if it is not the only one it may stand by. */
  public Gtm startGtm(int id) {
    String password = directory.secret().password();
    GtmConfig config =
        new GtmConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.gtmPort(id)),
            Optional.of(directory.gtmDirectory()).filter(_ -> id == 1),
            settings.hasStandbys() ? seatServers() : List.of(),
            gtms().stream()
                .map(gtm -> new NodeAddress(gtm.toString(), gtm.host(), gtm.port()))
                .toList(),
            password,
            TERMS,
            new Credentials(PostgresTemplate.SUPERUSER, password, DATABASE));
    try {
      return Gtm.start(config);
    } catch (IOException e) {
      throw new ClusterException("cannot start the GTM: " + e.getMessage(), e);
    }
  }

  /** The agent of a node; its server accepts connections when this returns. */
  public Agent startAgent(String node) {
    PostgresBinaries binaries = settings.binaries();
    PostgresServer server = directory.server(settings.node(node), binaries, lifetime);
    NodeStorage.create(directory, settings, List.of(server));
    return Agent.start(node, server, this::recordStatus);
  }

  /** A resolver of transactions in doubt; of all that run, one works. */
  public Recovery startRecovery(String agent) {
    NodeEndpoint catalog = NodeEndpoint.of(NodeEndpoint.CATALOG, HOST, settings.catalog().port());
    return Recovery.start(new Recovery.Place(agent, gtms(), catalog), directory.secret());
  }

  /** A coordinator; it accepts clients when this returns. */
  public Coordinator startCoordinator(Member member) {
    String name =
        member instanceof Member.Coordinator(int id) ? "coordinator" + id : member.label();
    PostgresServer catalog =
        directory.server(settings.catalog(), settings.binaries(), Lifetime.INDEPENDENT);
    CoordinatorConfig config =
        new CoordinatorConfig(
            name,
            new Endpoint(settings.access().listen().address(), member.port(settings)),
            settings.gtmPorts().stream().map(port -> new Endpoint(HOST, port)).toList(),
            directory.secret().password(),
            new Endpoint(HOST, settings.catalog().port()),
            catalog.socketDirectory().toString(),
            settings.access().auth() == Auth.TRUST,
            CoordinatorConfig.defaultEventLoops(),
            POOL_WAIT,
            CoordinatorConfig.DEFAULT_MOVE_GRACE);
    try {
      return Coordinator.start(config, NodeSchema::install);
    } catch (SqlError e) {
      throw new ClusterException(e.getMessage(), e);
    }
  }

  private List<GtmAddress> gtms() {
    return settings.gtmPorts().stream().map(port -> new GtmAddress(HOST, port)).toList();
  }

  private List<NodeAddress> seatServers() {
    return settings.seatNodes().stream()
        .map(node -> new NodeAddress(node.name(), HOST, node.port()))
        .toList();
  }

  private void recordStatus(AgentStatus status) {
    ClusterDirectory.replace(
        directory.runFile(status.node() + ".status"),
        "state = %s\nserver = %d\nrestarts = %d\n"
            .formatted(status.state(), status.serverProcessId(), status.restarts()));
  }
}
