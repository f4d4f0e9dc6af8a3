package dev.drover.planner.ddl;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.ShardMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A small cluster, and a probe whose answers stand before a test's statement.
 *
 * <pre>
 * &#64;shape a int4, b text | primary t_pkey a | unique t_b b | foreign t_fk b items id | exclude x a
 * &#64;filled         every table has rows
 * &#64;chosen         distributions were chosen by the user
 * &#64;role bob       not a superuser
 * </pre>
 */
final class ScriptedProbe implements DdlProbe {
  private static final Map<String, Integer> TYPES =
      Map.of(
          "int4",
          23,
          "int8",
          20,
          "text",
          25,
          "float8",
          701,
          "uuid",
          2950,
          "jsonb",
          3802,
          "numeric",
          1700,
          "timestamptz",
          1184);
  private static final int NEW_OID = 900;

  private final List<Relation> relations = new ArrayList<>();
  private Optional<String> shape = Optional.empty();
  private boolean filled;
  private boolean chosen;
  private boolean superuser = true;

  static ScriptedProbe of(List<String> answers) {
    ScriptedProbe probe = new ScriptedProbe();
    probe.addRelations();
    for (String answer : answers) {
      switch (answer.split(" ", 2)[0]) {
        case "@shape" -> probe.shape = Optional.of(answer.substring("@shape ".length()));
        case "@filled" -> probe.filled = true;
        case "@chosen" -> probe.chosen = true;
        case "@role" -> probe.superuser = false;
        default -> throw new IllegalArgumentException(answer);
      }
    }
    return probe;
  }

  DdlContext context() {
    Map<Integer, Node> nodes =
        Map.of(0, node(0, "catalog"), 1, node(1, "dn1"), 2, node(2, "dn2"), 3, node(3, "dn3"));
    CatalogSnapshot catalog =
        CatalogSnapshot.of(1, nodes, Map.of("pair", List.of(1, 2)), relations, List.of());
    return new DdlContext(
        catalog, List.of("pg_temp_3", "pg_catalog", "public"), "pg_temp_3", superuser, this);
  }

  private static Node node(int id, String name) {
    return new Node(id, name, "127.0.0.1", 5432 + id, "", id == 2, false, true);
  }

  private void addRelations() {
    ShardMap all = map(1, 2, 3);
    add(
        100,
        "items",
        new Distribution.Hash(7, List.of(1), all, "items$7"),
        "id int4, name text, n int4 | primary items_pkey id");
    add(
        101,
        "lines",
        new Distribution.Hash(8, List.of(1), all, "lines$8"),
        "item int8, pos int4, v text | primary lines_pkey item pos | foreign lines_item_fkey item"
            + " items id");
    add(
        102,
        "colors",
        new Distribution.Replicated(9, List.of(1, 2, 3), 2),
        "id int4, name text | primary colors_pkey id");
    add(103, "log", new Distribution.RoundRobin(10, List.of(1, 2, 3)), "at timestamptz, v text");
    add(
        104,
        "counters",
        new Distribution.Modulo(11, 1, map(1, 2), "counters$11"),
        "id int4, v int8 | primary counters_pkey id");
    add(105, "loose", new Distribution.Hash(12, List.of(1), all, "loose$12"), "a int4, b int4");
    relations.add(plain(110, "public", "items_id_seq", Relation.Kind.SEQUENCE));
    relations.add(plain(111, "public", "v", Relation.Kind.VIEW));
    relations.add(plain(112, "public", "items_pkey", Relation.Kind.INDEX));
    relations.add(plain(113, "pg_catalog", "pg_class", Relation.Kind.TABLE));
    relations.add(plain(114, "pg_temp_3", "mine", Relation.Kind.TABLE));
  }

  private static ShardMap map(Integer... nodes) {
    int[] slots = new int[TableSteps.MODULUS];
    for (int slot = 0; slot < slots.length; slot++) {
      slots[slot] = nodes[slot % nodes.length];
    }
    return ShardMap.of(nodes.length, slots);
  }

  private static Relation plain(int oid, String schema, String name, Relation.Kind kind) {
    return new Relation(
        oid,
        schema,
        name,
        kind,
        new Distribution.CatalogNode(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        true);
  }

  private void add(int oid, String name, Distribution distribution, String description) {
    relations.add(shape(oid, name, distribution, description).relation());
  }

  private TableShape shape(int oid, String name, Distribution distribution, String description) {
    String[] parts = description.split(" \\| ", -1);
    List<Column> columns = new ArrayList<>();
    for (String column : parts[0].split(", ", -1)) {
      columns.add(column(columns.size() + 1, column.split(" ", -1)));
    }
    List<Relation.UniqueKey> unique = new ArrayList<>();
    List<Relation.ForeignKey> foreign = new ArrayList<>();
    List<TableShape.Exclusion> exclusions = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      String[] words = parts[i].split(" ", -1);
      List<String> names = List.of(words).subList(2, words.length);
      switch (words[0]) {
        case "primary", "unique" ->
            unique.add(
                new Relation.UniqueKey(
                    words[1], words[0].equals("primary"), numbers(columns, names), false));
        case "exclude" ->
            exclusions.add(new TableShape.Exclusion(words[1], numbers(columns, names)));
        default -> foreign.add(foreignKey(oid, words, columns));
      }
    }
    Relation relation =
        new Relation(
            oid,
            "public",
            name,
            Relation.Kind.TABLE,
            distribution,
            columns,
            unique,
            foreign,
            Optional.empty(),
            true);
    return new TableShape(relation, exclusions, false);
  }

  /** {@code foreign name column table column}. */
  private Relation.ForeignKey foreignKey(int oid, String[] words, List<Column> columns) {
    Optional<Relation> target =
        relations.stream().filter(r -> r.name().equals(words[3])).findFirst();
    List<Column> referenced = target.map(Relation::columns).orElse(columns);
    return new Relation.ForeignKey(
        words[1],
        numbers(columns, List.of(words[2])),
        target.map(Relation::oid).orElse(oid),
        numbers(referenced, List.of(words[4])));
  }

  private static Column column(int number, String[] words) {
    boolean volatileDefault = List.of(words).contains("volatile");
    return new Column(
        number,
        words[0],
        TYPES.get(words[1]),
        words[1],
        -1,
        false,
        true,
        Optional.empty(),
        Column.Identity.NONE,
        false,
        !volatileDefault);
  }

  private static List<Integer> numbers(Collection<Column> columns, List<String> names) {
    return names.stream()
        .map(
            n ->
                columns.stream()
                    .filter(c -> c.name().equals(n))
                    .map(Column::number)
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  @Override
  public TableShape after(String catalogSql, String table) {
    String name = table.substring(table.lastIndexOf('.') + 2, table.length() - 1);
    Optional<Relation> known = relations.stream().filter(r -> r.name().equals(name)).findFirst();
    int oid = known.map(Relation::oid).orElse(NEW_OID);
    if (catalogSql.isEmpty() || shape.isEmpty()) {
      return new TableShape(known.orElseThrow(), List.of(), false);
    }
    return shape(oid, name, new Distribution.CatalogNode(), shape.get());
  }

  @Override
  public boolean isEmpty(Relation relation) {
    return !filled;
  }

  @Override
  public boolean isProvisional(Relation relation) {
    return !chosen;
  }

  @Override
  public void requireAtRest(Collection<Integer> relations) {
    // No jobs here.
  }

  @Override
  public List<Integer> place(List<Integer> nodes, int modulus) {
    return nodes;
  }

  @Override
  public void prepareNode(int id, String name, String host, int port) {
    if (host.equals("unreachable")) {
      throw new IllegalArgumentException(host);
    }
  }

  @Override
  public int newNodeId() {
    return 4;
  }

  @Override
  public byte[] randomBytes(int length) {
    return new byte[length];
  }
}
