package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * What users have made on one server, as the statements that make it: everything that tables and
 * queries may count on, without leaves and without rows.
 *
 * <p>Read from the server's catalogs, so that two servers that are alike give equal statements.
 *
 * @param objects in an order in which they can be made
 * @param rights owners, grants and settings, for when all objects are there
 */
record ServerSchema(List<Item> objects, List<Command> rights) {
  private static final String FOLDER = "schema/";
  private static final List<String> STATEMENTS =
      List.of("types.sql", "routines.sql", "relations.sql");

  /** How definitions are written must not depend on settings of the database. */
  private static final List<String> SETTINGS =
      List.of(
          "SET search_path = pg_catalog, pg_temp",
          "SET datestyle = 'ISO, MDY'",
          "SET intervalstyle = 'postgres'",
          "SET extra_float_digits = 1",
          "SET quote_all_identifiers = off",
          "SET bytea_output = 'hex'",
          "SET xmloption = 'content'");

  ServerSchema {
    objects = List.copyOf(objects);
    rights = List.copyOf(rights);
  }

  /**
   * A statement.
   *
   * @param role whose rights it runs with; empty for the superuser's own
   */
  record Command(String role, String sql) {
    Command {
      requireNonNull(role);
      requireNonNull(sql);
    }
  }

  /**
   * An object of users.
   *
   * @param type as PostgreSQL calls it, like {@code function}
   * @param identity its full name
   * @param commands what makes it; empty for what nobody knows how to make
   */
  record Item(String type, String identity, List<Command> commands) {
    Item {
      requireNonNull(type);
      requireNonNull(identity);
      commands = List.copyOf(commands);
    }

    String name() {
      return type + " " + identity;
    }
  }

  /** An object's address in the system catalogs. */
  private record Key(long classId, long id) {}

  /**
   * Within the connection's transaction, which ends with {@code search_path} and others changed.
   */
  static ServerSchema read(CatalogQueries server) {
    SETTINGS.forEach(server::query);
    server.query("DROP TABLE IF EXISTS pg_temp.drover_object");
    server.query(SqlScripts.text(FOLDER + "objects.sql"));
    Map<Key, List<Command>> commands = commands(server);
    Map<Key, Item> items = new LinkedHashMap<>();
    for (Values v : rows(server, "SELECT classid::oid, objid, type, identity FROM drover_object")) {
      Key key = new Key(v.bigNumber(0), v.bigNumber(1));
      items.put(key, new Item(v.text(2), v.text(3), commands.getOrDefault(key, List.of())));
    }
    List<Command> rights =
        rows(server, SqlScripts.text(FOLDER + "rights.sql")).stream()
            .map(v -> new Command(v.text(0), v.text(1)))
            .toList();
    List<Item> ordered = ordered(items, edges(server));
    server.query("DROP TABLE pg_temp.drover_object");
    return new ServerSchema(ordered, rights);
  }

  private static Map<Key, List<Command>> commands(CatalogQueries server) {
    Map<Key, List<Command>> commands = new HashMap<>();
    for (String file : STATEMENTS) {
      for (Values v : rows(server, SqlScripts.text(FOLDER + file) + " ORDER BY 1, 2, 3, 5")) {
        commands
            .computeIfAbsent(new Key(v.bigNumber(0), v.bigNumber(1)), _ -> new ArrayList<>())
            .add(new Command(v.text(3), v.text(4)));
      }
    }
    return commands;
  }

  private static Map<Key, Set<Key>> edges(CatalogQueries server) {
    Map<Key, Set<Key>> edges = new HashMap<>();
    for (Values v : rows(server, SqlScripts.text(FOLDER + "edges.sql"))) {
      edges
          .computeIfAbsent(new Key(v.bigNumber(0), v.bigNumber(1)), _ -> new HashSet<>())
          .add(new Key(v.bigNumber(2), v.bigNumber(3)));
    }
    return edges;
  }

  /** First what nothing is missing for; among those in the order in which they were made. */
  private static List<Item> ordered(Map<Key, Item> items, Map<Key, Set<Key>> needs) {
    Map<Key, Set<Key>> missing = new HashMap<>();
    Map<Key, List<Key>> waiting = new HashMap<>();
    PriorityQueue<Key> ready =
        new PriorityQueue<>(Comparator.comparingLong(Key::id).thenComparingLong(Key::classId));
    for (Key key : items.keySet()) {
      Set<Key> needed = new HashSet<>(needs.getOrDefault(key, Set.of()));
      needed.retainAll(items.keySet());
      needed.forEach(n -> waiting.computeIfAbsent(n, _ -> new ArrayList<>()).add(key));
      missing.put(key, needed);
      if (needed.isEmpty()) {
        ready.add(key);
      }
    }
    List<Item> ordered = new ArrayList<>();
    while (!ready.isEmpty()) {
      Key made = ready.remove();
      ordered.add(items.get(made));
      missing.remove(made);
      for (Key next : waiting.getOrDefault(made, List.of())) {
        missing.get(next).remove(made);
        if (missing.get(next).isEmpty()) {
          ready.add(next);
        }
      }
    }
    refuseCircle(missing.keySet().stream().map(items::get).map(Item::name).sorted().toList());
    return ordered;
  }

  private static void refuseCircle(List<String> names) {
    if (!names.isEmpty()) {
      throw SqlError.notSupported("objects that need each other cannot be made on a new node")
          .withDetail("Objects: " + String.join(", ", names) + ".");
    }
  }

  private static List<Values> rows(CatalogQueries server, String sql) {
    return server.query(sql).stream().map(Values::new).toList();
  }

  /** Of the catalog node: sequences, and the views that are there for clients, are its own. */
  ServerSchema forDatanodes() {
    return new ServerSchema(
        objects.stream()
            .filter(o -> !o.type().equals("sequence") && !o.identity().startsWith("pg_catalog."))
            .toList(),
        rights.stream().filter(r -> !r.sql().contains(" ON TABLE pg_catalog.")).toList());
  }

  /** The first thing, if any, in which another server differs from this one. */
  Optional<String> difference(ServerSchema other) {
    Map<String, List<Command>> there = byName(other);
    Map<String, List<Command>> here = byName(this);
    for (Map.Entry<String, List<Command>> object : here.entrySet()) {
      if (!object.getValue().equals(there.get(object.getKey()))) {
        return Optional.of(object.getKey());
      }
    }
    return there.keySet().stream()
        .filter(name -> !here.containsKey(name))
        .findFirst()
        .or(() -> different(rights, other.rights))
        .or(() -> different(other.rights, rights));
  }

  private static Map<String, List<Command>> byName(ServerSchema schema) {
    Map<String, List<Command>> byName = new LinkedHashMap<>();
    schema.objects.forEach(object -> byName.put(object.name(), object.commands()));
    return byName;
  }

  private static Optional<String> different(List<Command> these, List<Command> those) {
    Set<Command> known = new HashSet<>(those);
    return these.stream().filter(c -> !known.contains(c)).map(Command::sql).findFirst();
  }
}
