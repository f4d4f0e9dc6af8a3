package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.ddl.TableShape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the schema and the metadata from the catalog node.
 *
 * <p>Two connections: the schema as some transaction sees it, and Drover's tables as the metadata
 * connection of that transaction sees them. For the shared snapshot both are any connection.
 *
 * <p>Threads: confined to the caller's; calls block.
 */
public final class CatalogLoader {
  private static final String ALL = "NULL";

  private final CatalogQueries schema;
  private final CatalogQueries metadata;

  public CatalogLoader(CatalogQueries schema, CatalogQueries metadata) {
    this.schema = requireNonNull(schema);
    this.metadata = requireNonNull(metadata);
  }

  /**
   * The whole catalog.
   *
   * @throws SqlError 55000 if the metadata has a format that this version does not know
   */
  public CatalogSnapshot load() {
    Metadata known = Metadata.read(metadata);
    List<Relation> relations = relations(ALL, known.distributions(), views());
    return CatalogSnapshot.of(
            known.version(), known.nodes(), known.groups(), relations, routines(relations))
        .withStatistics(StoredStatistics.read(metadata));
  }

  /** One table, without its distribution; the name qualified and quoted. */
  public TableShape shape(String table) {
    String oid = SqlQuote.literal(table) + "::regclass::oid";
    List<Relation> found = relations(oid, Map.of(), Map.of());
    if (found.isEmpty()) {
      throw SqlError.of(SqlState.UNDEFINED_TABLE, "relation %s does not exist".formatted(table));
    }
    List<TableShape.Exclusion> exclusions =
        rows("SELECT * FROM drover.snapshot_exclusions(" + oid + ")").stream()
            .map(v -> new TableShape.Exclusion(v.text(1), v.numbers(2)))
            .toList();
    boolean temporary = found.getFirst().schema().startsWith("pg_temp");
    return new TableShape(found.getFirst(), exclusions, temporary);
  }

  /** What the session of the connection alone can see. */
  public List<Relation> temporary() {
    List<Values> own =
        rows(
            "SELECT c.oid, c.relkind FROM pg_catalog.pg_class c"
                + " WHERE c.relnamespace = pg_catalog.pg_my_temp_schema()"
                + " AND c.relkind IN ('r', 'p', 'v', 'S', 'c', 'i', 'I')");
    boolean anyView = own.stream().anyMatch(v -> v.letter(1) == 'v');
    Map<Integer, String> views = anyView ? views() : Map.of();
    List<Relation> found = new ArrayList<>();
    for (Values v : own) {
      found.addAll(relations(Integer.toUnsignedString(v.oid(0)), Map.of(), views));
    }
    return found;
  }

  private List<Relation> relations(
      String wanted, Map<Integer, Distribution> distributions, Map<Integer, String> views) {
    Map<Integer, List<Column>> columns = columns(wanted);
    Map<Integer, List<Relation.UniqueKey>> uniqueKeys = uniqueKeys(wanted);
    Map<Integer, List<Relation.ForeignKey>> foreignKeys = foreignKeys(wanted);
    List<Relation> relations = new ArrayList<>();
    for (Values v : rows("SELECT * FROM drover.snapshot_relations(" + wanted + ")")) {
      int oid = v.oid(0);
      relations.add(
          new Relation(
              oid,
              v.text(1),
              v.text(2),
              kind(v.letter(3)),
              distributions.getOrDefault(oid, new Distribution.CatalogNode()),
              columns.getOrDefault(oid, List.of()),
              uniqueKeys.getOrDefault(oid, List.of()),
              foreignKeys.getOrDefault(oid, List.of()),
              Optional.ofNullable(views.get(oid)),
              v.isTrue(4)));
    }
    return relations;
  }

  private static Relation.Kind kind(char letter) {
    return switch (letter) {
      case 'r', 'p' -> Relation.Kind.TABLE;
      case 'v' -> Relation.Kind.VIEW;
      case 'm' -> Relation.Kind.MATERIALIZED_VIEW;
      case 'S' -> Relation.Kind.SEQUENCE;
      case 'f' -> Relation.Kind.FOREIGN_TABLE;
      case 'c' -> Relation.Kind.COMPOSITE_TYPE;
      case 'i', 'I' -> Relation.Kind.INDEX;
      default -> throw new IllegalStateException("relkind " + letter);
    };
  }

  private Map<Integer, List<Column>> columns(String wanted) {
    Map<Integer, List<Column>> columns = new HashMap<>();
    for (Values v : rows("SELECT * FROM drover.snapshot_columns(" + wanted + ")")) {
      columns.computeIfAbsent(v.oid(0), o -> new ArrayList<>()).add(column(v));
    }
    return columns;
  }

  private static Column column(Values v) {
    Optional<String> expression = v.optional(8);
    Column.Identity identity =
        switch (v.letter(9)) {
          case 'a' -> Column.Identity.ALWAYS;
          case 'd' -> Column.Identity.BY_DEFAULT;
          default -> Column.Identity.NONE;
        };
    return new Column(
        v.number(1),
        v.text(2),
        v.oid(3),
        v.text(4),
        v.number(5),
        v.isTrue(6),
        v.isTrue(7),
        expression,
        identity,
        v.isTrue(10),
        identity == Column.Identity.NONE
            && expression.map(ConstantDefaults::isConstant).orElse(true),
        v.optional(11));
  }

  private Map<Integer, List<Relation.UniqueKey>> uniqueKeys(String wanted) {
    Map<Integer, List<Relation.UniqueKey>> keys = new HashMap<>();
    for (Values v : rows("SELECT * FROM drover.snapshot_unique_keys(" + wanted + ")")) {
      keys.computeIfAbsent(v.oid(0), o -> new ArrayList<>())
          .add(new Relation.UniqueKey(v.text(1), v.isTrue(2), v.numbers(3), v.isTrue(4)));
    }
    return keys;
  }

  private Map<Integer, List<Relation.ForeignKey>> foreignKeys(String wanted) {
    Map<Integer, List<Relation.ForeignKey>> keys = new HashMap<>();
    for (Values v : rows("SELECT * FROM drover.snapshot_foreign_keys(" + wanted + ")")) {
      keys.computeIfAbsent(v.oid(0), o -> new ArrayList<>())
          .add(new Relation.ForeignKey(v.text(1), v.numbers(2), v.oid(3), v.numbers(4)));
    }
    return keys;
  }

  private Map<Integer, String> views() {
    Map<Integer, String> definitions = new HashMap<>();
    for (Values v : rows("SELECT * FROM drover.snapshot_views()")) {
      v.optional(1).ifPresent(d -> definitions.put(v.oid(0), d));
    }
    return definitions;
  }

  private List<Routine> routines(Collection<Relation> relations) {
    List<Values> rows = rows("SELECT * FROM drover.snapshot_routines()");
    RoutineReach reach =
        new RoutineReach(relations, rows.stream().map(CatalogLoader::body).toList());
    List<Routine> routines = new ArrayList<>();
    for (Values v : rows) {
      int most = v.number(2);
      int least = v.isTrue(4) ? most : most - v.number(3);
      for (int arguments = least; arguments <= most; arguments++) {
        routines.add(
            new Routine(
                v.text(0),
                v.text(1),
                v.isTrue(4) ? -1 : arguments,
                RoutineReach.volatility(v.letter(5)),
                reach.of(v.text(1))));
      }
    }
    return routines;
  }

  private static RoutineReach.Body body(Values v) {
    return new RoutineReach.Body(
        v.text(1), v.text(6), v.optional(7).orElse(""), v.isTrue(8), v.optional(9).orElse(""));
  }

  private List<Values> rows(String sql) {
    return schema.query(sql).stream().map(Values::new).toList();
  }
}
