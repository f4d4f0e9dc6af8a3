package dev.drover.planner.route;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.catalog.TableStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A catalog described by the header of a {@code .test} file.
 *
 * <pre>
 * nodes dn1 dn2
 * table t hash id
 *   id bigint primary
 *   at timestamptz default now()
 * view v SELECT id FROM public.t
 * routine f volatile unknown
 * statistics t 1000 id=1000 at=30
 * </pre>
 */
final class TestSchema {
  private static final int SLOTS = 8;
  private static final Map<String, Integer> TYPES =
      Map.ofEntries(
          Map.entry("boolean", 16),
          Map.entry("bigint", 20),
          Map.entry("smallint", 21),
          Map.entry("integer", 23),
          Map.entry("text", 25),
          Map.entry("double precision", 701),
          Map.entry("date", 1082),
          Map.entry("timestamptz", 1184),
          Map.entry("timestamp", 1114),
          Map.entry("numeric", 1700),
          Map.entry("numeric(12,2)", 1700),
          Map.entry("varchar(20)", 1043),
          Map.entry("char(5)", 1042),
          Map.entry("bpchar", 1042),
          Map.entry("uuid", 2950),
          Map.entry("jsonb", 3802));
  private static final Map<String, String> TYPE_NAMES =
      Map.of(
          "timestamptz", "timestamp with time zone",
          "timestamp", "timestamp without time zone",
          "varchar(20)", "character varying(20)",
          "char(5)", "character(5)");
  private static final Map<String, Integer> TYPMODS =
      Map.of("numeric(12,2)", (12 << 16 | 2) + 4, "varchar(20)", 24, "char(5)", 9);

  private final Map<Integer, Node> nodes = new HashMap<>();
  private final List<Relation> relations = new ArrayList<>();
  private final List<Routine> routines = new ArrayList<>();
  private final Map<Integer, TableStatistics> statistics = new HashMap<>();
  private int nextOid = 16384;
  private int nextDistribution = 1;

  private TestSchema() {}

  static CatalogSnapshot read(List<String> lines) {
    TestSchema schema = new TestSchema();
    for (int i = 0; i < lines.size(); i++) {
      int end = i + 1;
      while (end < lines.size() && lines.get(end).startsWith("  ")) {
        end++;
      }
      schema.entry(lines.get(i), lines.subList(i + 1, end));
      i = end - 1;
    }
    return CatalogSnapshot.of(1, schema.nodes, Map.of(), schema.relations, schema.routines)
        .withStatistics(schema.statistics);
  }

  static int typeOid(String name) {
    return TYPES.get(name);
  }

  private void entry(String line, List<String> body) {
    String[] words = line.split(" ", 3);
    switch (words[0]) {
      case "nodes" -> {
        node(Node.CATALOG_ID, "catalog");
        for (String name : line.substring("nodes ".length()).split(" ", -1)) {
          node(nodes.size(), name);
        }
      }
      case "table" -> table(words[1], words[2].split(" ", -1), body);
      case "view" -> view(words[1], words[2], body);
      case "routine" -> {
        String[] rest = words[2].toUpperCase(Locale.ROOT).split(" ", -1);
        routines.add(
            new Routine(
                "public",
                words[1],
                0,
                Routine.Volatility.valueOf(rest[0]),
                Routine.Reach.valueOf(rest[1])));
      }
      case "statistics" -> statistics(words[1], words[2].split(" ", -1));
      default -> throw new IllegalArgumentException(line);
    }
  }

  /** Rows, then the number of different values in columns. */
  private void statistics(String table, String[] words) {
    Relation relation =
        relations.stream().filter(r -> r.name().equals(table)).findFirst().orElseThrow();
    Map<Integer, TableStatistics.OfColumn> columns = new HashMap<>();
    for (String word : List.of(words).subList(1, words.length)) {
      String[] parts = word.split("=", -1);
      columns.put(
          relation.column(parts[0]).orElseThrow().number(),
          new TableStatistics.OfColumn(Double.parseDouble(parts[1]), 0, 8));
    }
    statistics.put(relation.oid(), new TableStatistics(Double.parseDouble(words[0]), 1, columns));
  }

  private void node(int id, String name) {
    nodes.put(id, new Node(id, name, "", 0, "", id == 1, false, true));
  }

  private List<Integer> datanodes() {
    return IntStream.range(1, nodes.size()).boxed().toList();
  }

  private void table(String name, String[] words, List<String> body) {
    List<Column> columns = new ArrayList<>();
    List<Integer> primary = new ArrayList<>();
    for (String line : body) {
      Column column = column(columns.size() + 1, line.strip());
      columns.add(column);
      if (line.contains(" primary")) {
        primary.add(column.number());
      }
    }
    List<Relation.UniqueKey> keys =
        primary.isEmpty()
            ? List.of()
            : List.of(new Relation.UniqueKey(name + "_pkey", true, primary, false));
    boolean temporary = words[0].equals("temporary");
    relations.add(
        new Relation(
            nextOid++,
            temporary ? "pg_temp_1" : "public",
            name,
            Relation.Kind.TABLE,
            distribution(name, words, columns),
            columns,
            keys,
            List.of(),
            Optional.empty(),
            !List.of(words).contains("parent")));
  }

  private Distribution distribution(String table, String[] words, List<Column> columns) {
    int id = nextDistribution++;
    List<Integer> where = nodesIn(words);
    return switch (words[0]) {
      case "hash" ->
          new Distribution.Hash(id, numbers(words, columns), map(where), table + "$" + id);
      case "modulo" ->
          new Distribution.Modulo(
              id, numbers(words, columns).getFirst(), map(where), table + "$" + id);
      case "replicated" -> new Distribution.Replicated(id, where, where.getFirst());
      case "roundrobin" -> new Distribution.RoundRobin(id, where);
      default -> new Distribution.CatalogNode();
    };
  }

  private List<Integer> nodesIn(String[] words) {
    for (int i = 0; i < words.length - 1; i++) {
      if (words[i].equals("on")) {
        return List.of(words[i + 1].split(",", -1)).stream().map(Integer::valueOf).toList();
      }
    }
    return datanodes();
  }

  private static List<Integer> numbers(String[] words, List<Column> columns) {
    List<String> names = List.of(words[1].split(",", -1));
    return names.stream()
        .map(n -> columns.stream().filter(c -> c.name().equals(n)).findFirst().orElseThrow())
        .map(Column::number)
        .toList();
  }

  private static ShardMap map(List<Integer> where) {
    int[] slots = new int[SLOTS];
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = where.get(i % where.size());
    }
    return ShardMap.of(where.size(), slots);
  }

  private static Column column(int number, String line) {
    int space = line.indexOf(' ');
    String rest = line.substring(space + 1);
    String type =
        TYPES.keySet().stream()
            .filter(t -> rest.equals(t) || rest.startsWith(t + " "))
            .max(java.util.Comparator.comparingInt(String::length))
            .orElseThrow(() -> new IllegalArgumentException(line));
    int at = rest.indexOf(" default ");
    Optional<String> byDefault =
        at < 0 ? Optional.empty() : Optional.of(rest.substring(at + " default ".length()));
    return new Column(
        number,
        line.substring(0, space),
        TYPES.get(type),
        TYPE_NAMES.getOrDefault(type, type),
        TYPMODS.getOrDefault(type, -1),
        rest.contains(" primary") || rest.contains(" not null"),
        true,
        byDefault,
        rest.contains(" identity") ? Column.Identity.BY_DEFAULT : Column.Identity.NONE,
        rest.contains(" generated"),
        byDefault.map(d -> !d.contains("(")).orElse(true),
        rest.contains(" collate C") ? Optional.of("pg_catalog.\"C\"") : Optional.empty());
  }

  private void view(String name, String definition, List<String> body) {
    List<Column> columns = new ArrayList<>();
    body.forEach(line -> columns.add(column(columns.size() + 1, line.strip())));
    relations.add(
        new Relation(
            nextOid++,
            "public",
            name,
            Relation.Kind.VIEW,
            new Distribution.CatalogNode(),
            columns,
            List.of(),
            List.of(),
            Optional.of(definition),
            true));
  }
}
