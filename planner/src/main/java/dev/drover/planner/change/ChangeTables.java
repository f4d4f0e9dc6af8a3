package dev.drover.planner.change;

import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.SourceText;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.KeyPins;
import dev.drover.planner.plan.ChangedTable;
import dev.drover.planner.plan.ChangedTable.Identity;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.pull.PullUp;
import dev.drover.planner.target.ChangeTarget;
import dev.drover.planner.target.ColumnDefault;
import dev.drover.planner.target.RowTargets;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Makes the temporary relations that stand for a table while a statement changes it. */
final class ChangeTables {
  /** Qualifies temporary relations, whatever the search_path says. */
  static final String TEMPORARY = "pg_temp.";

  private static final int FLOAT4 = 700;
  private static final int FLOAT8 = 701;

  private final Analysis analysis;
  private final PullUp pull;
  private final Relation relation;
  private final List<ChangeTarget> targets;
  private final Map<Source, String> kept;
  private final String name;
  private final String alias;
  private final Set<String> assigned = new TreeSet<>();

  /**
   * {@code targets} are all that the statement does to the table; {@code kept} names the relations
   * that stand in for tables and views that are changed.
   */
  ChangeTables(
      Analysis analysis, List<ChangeTarget> targets, Map<Source, String> kept, PullUp pull) {
    this.analysis = analysis;
    this.pull = pull;
    this.relation = targets.getFirst().table().relation();
    this.targets = targets;
    this.kept = kept;
    this.name = kept.get(targets.getFirst().table()).substring(TEMPORARY.length());
    this.alias = SqlNames.quote(targets.getFirst().table().name());
    targets.forEach(t -> assigned.addAll(t.assigned()));
  }

  ChangedTable plan() {
    List<Column> columns = relation.columns().stream().filter(c -> !c.generated()).toList();
    List<Identity> identity = onlyAdds() ? List.of() : identity();
    String rows = onlyAdds() || resolvesConflicts() ? name : name + "_rows";
    return new ChangedTable(
        SqlNames.quoted(relation),
        relation.name(),
        name,
        rows,
        create(rows, identity),
        onlyAdds() ? List.of() : candidates(rows, columns, identity),
        RowTargets.of(
            relation, SqlNames.quoted(relation), columns, "OVERRIDING SYSTEM VALUE ", conflicts()),
        columns.stream().map(Column::typeName).toList(),
        identity,
        columns.stream().map(Column::name).filter(assigned::contains).map(SqlNames::quote).toList(),
        kinds());
  }

  /** What has come meanwhile is in the way as much as what was there before. */
  private SqlText conflicts() {
    boolean skips = targets.stream().allMatch(ChangeTarget::skipsConflicts);
    return SqlText.fixed(skips ? "ON CONFLICT DO NOTHING" : "");
  }

  private ChangedTable.Kinds kinds() {
    boolean moves =
        TableUse.keyColumns(relation.distribution()).stream()
            .anyMatch(k -> assigned.contains(relation.column(k).orElseThrow().name()));
    boolean referenced =
        analysis.context().catalog().relations().stream()
            .flatMap(r -> r.foreignKeys().stream())
            .anyMatch(key -> key.referencedOid() == relation.oid());
    return new ChangedTable.Kinds(
        targets.stream().anyMatch(ChangeTarget::inserts),
        targets.stream().anyMatch(ChangeTarget::deletes),
        moves,
        referenced);
  }

  private boolean onlyAdds() {
    return targets.stream().allMatch(ChangeTarget::onlyAdds);
  }

  private boolean resolvesConflicts() {
    return targets.stream().anyMatch(ChangeTarget::resolvesConflicts);
  }

  /** In place, or by a unique key where the row has a place on every node. */
  private List<Identity> identity() {
    if (!(relation.distribution() instanceof Distribution.Replicated)) {
      return List.of(new Identity("drover_row", "tid", "ctid"));
    }
    return Stream.concat(
            relation.uniqueKeys().stream().filter(Relation.UniqueKey::primary),
            relation.uniqueKeys().stream().filter(this::identifies))
        .findFirst()
        .map(this::identity)
        .orElseGet(this::contents);
  }

  private List<Identity> identity(Relation.UniqueKey key) {
    List<Identity> identity = new ArrayList<>();
    for (int number : key.columns()) {
      Column column = relation.column(number).orElseThrow();
      String source = SqlNames.quote(column.name());
      identity.add(new Identity("drover_key" + number, type(column), source));
    }
    return List.copyOf(identity);
  }

  private boolean identifies(Relation.UniqueKey key) {
    return !key.partial()
        && key.columns().stream()
            .allMatch(c -> relation.column(c).map(Column::notNull).orElse(false));
  }

  /** Floating-point numbers may show fewer digits than they have. */
  private List<Identity> contents() {
    List<String> values = new ArrayList<>();
    for (Column column : relation.columns()) {
      String value = Identity.value(SqlNames.quote(column.name()));
      if (!column.generated()) {
        values.add(
            switch (column.typeOid()) {
              case FLOAT4 -> "pg_catalog.float4send(" + value + ")";
              case FLOAT8 -> "pg_catalog.float8send(" + value + ")";
              default -> value;
            });
      }
    }
    return Identity.whole(values);
  }

  private static String type(Column column) {
    return column.typeName() + column.collation().map(c -> " COLLATE " + c).orElse("");
  }

  private List<SqlText> create(String rows, List<Identity> identity) {
    List<SqlText> statements = new ArrayList<>();
    statements.add(
        SqlText.fixed(
            "CREATE TEMPORARY TABLE "
                + TEMPORARY
                + name
                + " ("
                + ChangedTable.like(SqlNames.quoted(relation), resolvesConflicts())
                + ") ON COMMIT DROP"));
    if (resolvesConflicts()) {
      statements.add(namedConstraints());
    }
    alteredColumns().ifPresent(statements::add);
    List<String> columns = new ArrayList<>(List.of(ChangedTable.PLACE + " text"));
    identity.forEach(i -> columns.add(i.column() + " " + i.type()));
    if (!rows.equals(name)) {
      statements.add(
          SqlText.fixed(
              "CREATE TEMPORARY TABLE "
                  + TEMPORARY
                  + rows
                  + " ("
                  + String.join(", ", columns)
                  + ") INHERITS ("
                  + TEMPORARY
                  + name
                  + ") ON COMMIT DROP"));
    } else if (!identity.isEmpty()) {
      String added = "ADD " + String.join(", ADD ", columns);
      statements.add(SqlText.fixed("ALTER TABLE " + TEMPORARY + name + " " + added));
    }
    targets.forEach(t -> t.views().forEach(v -> statements.add(view(v))));
    return List.copyOf(statements);
  }

  /** ON CONFLICT ON CONSTRAINT and error messages know constraints by the names of the table's. */
  private SqlText namedConstraints() {
    String constraints =
        "(SELECT conname, contype, pg_catalog.pg_get_constraintdef(oid) AS def,"
            + " pg_catalog.row_number() OVER (PARTITION BY contype,"
            + " pg_catalog.pg_get_constraintdef(oid) ORDER BY oid) AS n"
            + " FROM pg_catalog.pg_constraint WHERE contype IN ('p', 'u', 'x') AND conrelid = ";
    return SqlText.fixed(
        "DO $drover$DECLARE k record; BEGIN FOR k IN SELECT a.conname AS old, b.conname AS new FROM"
            + " "
            + constraints
            + "'"
            + TEMPORARY
            + name
            + "'::pg_catalog.regclass) a JOIN "
            + constraints
            + Integer.toUnsignedString(relation.oid())
            + ") b USING (contype, def, n) WHERE a.conname <> b.conname LOOP EXECUTE"
            + " pg_catalog.format('ALTER TABLE "
            + TEMPORARY
            + name
            + " RENAME CONSTRAINT %I TO %I', k.old, k.new); END LOOP; END$drover$");
  }

  /** The view over the temporary relation, with what it checks. */
  private SqlText view(SourceText.ViewUse view) {
    Relation of = view.derived().view().orElseThrow();
    List<String> names = of.columns().stream().map(Column::name).toList();
    SpliceText text = pull.splices(view.definition());
    return new TextBuilder()
        .add("DO $drover$BEGIN EXECUTE 'CREATE TEMPORARY VIEW ")
        .add(kept.get(view.derived()) + " (' || ")
        .add("$columns$" + SqlNames.quoted(names, "") + "$columns$ || ') ' || coalesce((SELECT ")
        .add("'WITH (' || pg_catalog.array_to_string(reloptions, ', ') || ') ' FROM ")
        .add("pg_catalog.pg_class WHERE oid = " + Integer.toUnsignedString(of.oid()))
        .add("), '') || 'AS ' || $query$")
        .add(text.render(view.definition().span()))
        .add("$query$; END$drover$")
        .build();
  }

  /**
   * What the nodes check is left to them, so that errors name their tables; defaults that are not
   * the same everywhere are the statement's own.
   */
  private Optional<SqlText> alteredColumns() {
    TextBuilder changes = new TextBuilder();
    String separator = "ALTER TABLE " + TEMPORARY + name + " ";
    for (Column column : relation.columns()) {
      String alter = "ALTER " + SqlNames.quote(column.name());
      if (column.notNull() && !(resolvesConflicts() && isInPrimaryKey(column))) {
        changes.add(separator).add(alter).add(" DROP NOT NULL");
        separator = ", ";
      }
      ColumnDefault byDefault =
          column.generated()
              ? new ColumnDefault.Constant(SqlText.fixed(""), Optional.empty())
              : ColumnDefault.of(relation, column, analysis.context());
      if (byDefault instanceof ColumnDefault.Clock || column.identity() != Column.Identity.NONE) {
        changes.add(separator).add(alter).add(" SET DEFAULT ").add(byDefault.text());
        separator = ", ";
      }
    }
    SqlText text = changes.build();
    return text.pieces().isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private boolean isInPrimaryKey(Column column) {
    return relation.uniqueKeys().stream()
        .anyMatch(k -> k.primary() && k.columns().contains(column.number()));
  }

  /** The rows are locked where they are: all that the statement may find to be its own. */
  private List<Exchange> candidates(String rows, List<Column> columns, List<Identity> identity) {
    List<Exchange.Column> loaded = new ArrayList<>();
    TextBuilder values = new TextBuilder();
    for (Column column : columns) {
      loaded.add(new Exchange.Column(column.name(), type(column)));
      values.add(alias + "." + SqlNames.quote(column.name()) + ", ");
    }
    SqlText list = values.build();
    loaded.add(new Exchange.Column(ChangedTable.PLACE, "text"));
    identity.forEach(i -> loaded.add(new Exchange.Column(i.column(), i.type())));
    List<Exchange> exchanges = new ArrayList<>();
    for (Reading reading : readings()) {
      TextBuilder text = new TextBuilder().add("SELECT ").add(list).add(reading.place());
      identity.forEach(i -> text.add(", " + i.of(alias)));
      text.add(" FROM " + SqlNames.quoted(relation) + " AS " + alias).add(where());
      text.add(" FOR " + lock());
      Fragment producer = new Fragment(text.build(), reading.site(), List.of(), true);
      exchanges.add(
          new Exchange(
              rows,
              loaded,
              List.of(),
              List.of(),
              List.of(),
              producer,
              new Exchange.Route.Gather()));
    }
    return List.copyOf(exchanges);
  }

  private record Reading(Fragment.Site site, String place) {}

  private List<Reading> readings() {
    return switch (relation.distribution()) {
      case Distribution.Hash _, Distribution.Modulo _ ->
          List.of(
              new Reading(
                  new Fragment.Site.Nodes(relation.distribution().nodes(), pins()),
                  alias + ".tableoid::pg_catalog.regclass::pg_catalog.text"));
      case Distribution.RoundRobin(_, var nodes) ->
          nodes.stream()
              .map(n -> new Reading(new Fragment.Site.AnyOf(List.of(n)), "'" + n + "'"))
              .toList();
      case Distribution.Replicated replicated ->
          List.of(new Reading(new Fragment.Site.AnyOf(List.of(replicated.primary())), "''"));
      case Distribution.CatalogNode _ -> throw new IllegalStateException("not distributed");
    };
  }

  private List<Pin> pins() {
    return isAlone() ? new KeyPins(analysis.flow()).several(targets.getFirst().table()) : List.of();
  }

  private SqlText where() {
    return isAlone() ? pull.where(targets.getFirst().table()) : SqlText.fixed("");
  }

  /** What the statement says of the table's rows, it says of all that may be changed. */
  private boolean isAlone() {
    return targets.size() == 1 && !resolvesConflicts() && targets.getFirst().view().isEmpty();
  }

  /** As strong as the change itself will lock its rows. */
  private String lock() {
    boolean weak =
        !kinds().deletes()
            && relation.uniqueKeys().stream()
                .flatMap(k -> k.columns().stream())
                .noneMatch(this::isAssigned);
    return weak ? "NO KEY UPDATE" : "UPDATE";
  }

  private boolean isAssigned(int number) {
    return relation.column(number).map(c -> assigned.contains(c.name())).orElse(true);
  }
}
