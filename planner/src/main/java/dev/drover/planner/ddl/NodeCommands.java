package dev.drover.planner.ddl;

import static java.util.stream.Collectors.joining;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.sql.ClusterCommand;
import dev.drover.planner.sql.GenericOption;
import dev.drover.planner.sql.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** CREATE, ALTER and DROP of nodes and node groups. */
final class NodeCommands {
  private static final int DEFAULT_PORT = 5432;
  private static final int MAX_PORT = 65535;
  private static final String LOOPBACK = "127.0.0.1";
  private static final String DEFAULT_HOST = "localhost";
  private static final Set<String> OPTIONS = Set.of("type", "host", "port", "primary", "preferred");

  private final DdlContext context;

  NodeCommands(DdlContext context) {
    this.context = context;
  }

  /** Where a server listens; a host that begins with a slash is the folder of its socket. */
  private record Place(String host, String socketDirectory) {
    static Place of(String option) {
      return option.startsWith("/") ? new Place(LOOPBACK, option) : new Place(option, "");
    }
  }

  Plan plan(ClusterCommand command) {
    return switch (command) {
      case ClusterCommand.CreateNode create -> create(create);
      case ClusterCommand.AlterNode alter -> alter(alter);
      case ClusterCommand.DropNode drop -> drop(drop);
      case ClusterCommand.CreateNodeGroup create -> createGroup(create);
      case ClusterCommand.DropNodeGroup drop -> dropGroup(drop);
      case ClusterCommand.AlterCluster _,
          ClusterCommand.ExecuteDirect _,
          ClusterCommand.CleanConnection _,
          ClusterCommand.CreateBarrier _,
          ClusterCommand.PauseCluster _,
          ClusterCommand.UnpauseCluster _ ->
          throw new IllegalArgumentException("the session itself carries this out");
    };
  }

  private Plan create(ClusterCommand.CreateNode create) {
    context.requireSuperuser("CREATE NODE");
    String name = create.name().text();
    List<GenericOption> options = create.options();
    check(name, options);
    if (context.catalog().node(name).isPresent()) {
      throw SqlError.of(
          SqlState.DUPLICATE_OBJECT, "PGXC Node %s: object already defined".formatted(name));
    }
    if (option(options, "type").isEmpty()) {
      throw SqlError.of(
          SqlState.SYNTAX_ERROR, "PGXC node %s: Node type not specified".formatted(name));
    }
    Steps steps = new Steps(context);
    String host = text(options, "host", DEFAULT_HOST);
    Place place = Place.of(host);
    if (option(options, "host").isEmpty()) {
      steps.notice("PGXC node %s: Applying default host value: %s".formatted(name, DEFAULT_HOST));
    }
    int port = port(name, text(options, "port", Integer.toString(DEFAULT_PORT)));
    if (option(options, "port").isEmpty()) {
      steps.notice("PGXC node %s: Applying default port value: %d".formatted(name, DEFAULT_PORT));
    }
    boolean primary = isTrue(options, "primary");
    requireOnePrimary(name, primary);
    int id = context.probe().newNodeId();
    context.probe().prepareNode(id, name, host, port);
    return steps
        .metadata(
            """
            INSERT INTO drover.nodes \
            (id, name, host, socket_directory, port, is_primary, is_preferred) \
            VALUES (%d, %s, %s, %s, %d, %b, %b)\
            """
                .formatted(
                    id,
                    SqlQuote.literal(name),
                    SqlQuote.literal(place.host()),
                    SqlQuote.literal(place.socketDirectory()),
                    port,
                    primary,
                    isTrue(options, "preferred")))
        .plan("CREATE NODE");
  }

  private Plan alter(ClusterCommand.AlterNode alter) {
    context.requireSuperuser("ALTER NODE");
    Node node = new NodeLists(context).datanode(alter.name());
    check(node.name(), alter.options());
    List<String> changes = new ArrayList<>();
    for (GenericOption option : alter.options()) {
      switch (option.name()) {
        case "host" -> {
          Place place = Place.of(text(alter.options(), "host", node.host()));
          changes.add("host = " + SqlQuote.literal(place.host()));
          changes.add("socket_directory = " + SqlQuote.literal(place.socketDirectory()));
        }
        case "port" ->
            changes.add("port = " + port(node.name(), text(alter.options(), "port", "")));
        case "primary" -> {
          requireOnePrimary(node.name(), option.isTrue());
          changes.add("is_primary = " + option.isTrue());
        }
        case "preferred" -> changes.add("is_preferred = " + option.isTrue());
        default -> {}
      }
    }
    if (option(alter.options(), "host").isEmpty() && !option(alter.options(), "port").isEmpty()) {
      changes.add("socket_directory = ''");
    }
    Steps steps = new Steps(context);
    if (!changes.isEmpty()) {
      steps.metadata(
          "UPDATE drover.nodes SET %s WHERE id = %d"
              .formatted(String.join(", ", changes), node.id()));
    }
    return steps.plan("ALTER NODE");
  }

  private Plan drop(ClusterCommand.DropNode drop) {
    context.requireSuperuser("DROP NODE");
    Node node = new NodeLists(context).datanode(drop.name());
    String tables =
        context.catalog().relations().stream()
            .filter(r -> r.distribution().nodes().contains(node.id()))
            .map(Relation::name)
            .sorted()
            .collect(joining(", "));
    String groups =
        context.catalog().groups().entrySet().stream()
            .filter(g -> g.getValue().contains(node.id()))
            .map(g -> g.getKey())
            .sorted()
            .collect(joining(", "));
    if (!tables.isEmpty() || !groups.isEmpty()) {
      throw SqlError.of(
              SqlState.OBJECT_IN_USE, "PGXC Node %s: node is in use".formatted(node.name()))
          .withDetail(
              tables.isEmpty() ? "Groups: " + groups + "." : "Tables on it: " + tables + ".");
    }
    return new Steps(context)
        .metadata("DELETE FROM drover.nodes WHERE id = " + node.id())
        .plan("DROP NODE");
  }

  private Plan createGroup(ClusterCommand.CreateNodeGroup create) {
    context.requireSuperuser("CREATE NODE GROUP");
    String name = create.name().text();
    if (context.catalog().group(name).isPresent()) {
      throw SqlError.of(
          SqlState.DUPLICATE_OBJECT, "PGXC Group %s: group already defined".formatted(name));
    }
    List<Integer> nodes = new NodeLists(context).ids(create.nodes());
    return new Steps(context)
        .metadata(
            "INSERT INTO drover.node_groups (name, nodes) VALUES (%s, %s)"
                .formatted(SqlQuote.literal(name), SqlQuote.numbers(nodes)))
        .plan("CREATE NODE GROUP");
  }

  private Plan dropGroup(ClusterCommand.DropNodeGroup drop) {
    context.requireSuperuser("DROP NODE GROUP");
    Name name = drop.name();
    if (context.catalog().group(name.text()).isEmpty()) {
      throw SqlError.of(
          SqlState.UNDEFINED_OBJECT, "PGXC Group %s: group not defined".formatted(name.text()));
    }
    return new Steps(context)
        .metadata("DELETE FROM drover.node_groups WHERE name = " + SqlQuote.literal(name.text()))
        .plan("DROP NODE GROUP");
  }

  private static void check(String node, List<GenericOption> options) {
    for (GenericOption option : options) {
      if (!OPTIONS.contains(option.name())) {
        throw SqlError.of(SqlState.SYNTAX_ERROR, "incorrect option: %s".formatted(option.name()));
      }
    }
    String type = text(options, "type", "datanode");
    if (type.equals("coordinator")) {
      throw SqlError.notSupported("coordinators are not created as nodes")
          .withHint("Start one by \"drover coordinator\": it registers itself.");
    }
    if (!type.equals("datanode")) {
      throw SqlError.of(
          SqlState.SYNTAX_ERROR,
          "PGXC node %s: \"%s\" is not a valid node type".formatted(node, type));
    }
  }

  private void requireOnePrimary(String name, boolean primary) {
    if (primary
        && context.catalog().nodes().stream()
            .anyMatch(n -> n.primary() && !n.name().equals(name))) {
      throw SqlError.of(
          SqlState.DUPLICATE_OBJECT, "PGXC node %s: two nodes cannot be primary".formatted(name));
    }
  }

  private static int port(String node, String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException _) {
      // falls through to the one error for every bad port
    }
    throw SqlError.of(
        SqlState.INVALID_PARAMETER_VALUE,
        "PGXC node %s: port value is out of range".formatted(node));
  }

  private static List<GenericOption> option(List<GenericOption> options, String name) {
    return options.stream().filter(o -> o.name().equals(name)).toList();
  }

  private static String text(List<GenericOption> options, String name, String otherwise) {
    return option(options, name).stream()
        .findFirst()
        .flatMap(GenericOption::text)
        .orElse(otherwise);
  }

  private static boolean isTrue(List<GenericOption> options, String name) {
    return option(options, name).stream().findFirst().map(GenericOption::isTrue).orElse(false);
  }
}
