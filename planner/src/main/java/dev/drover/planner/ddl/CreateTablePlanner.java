package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.Distribution;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.Persistence;
import dev.drover.planner.sql.QualifiedName;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** CREATE TABLE, CREATE TABLE AS and SELECT INTO. */
final class CreateTablePlanner {
  private static final Pattern WITH_DATA =
      Pattern.compile("\\bwith\\s+(no\\s+)?data\\b", Pattern.CASE_INSENSITIVE);
  private static final String CREATE_TABLE = "CREATE TABLE";

  private final DdlContext context;
  private final byte[] text;

  CreateTablePlanner(DdlContext context, byte[] text) {
    this.context = context;
    this.text = text;
  }

  Plan plan(Definition.CreateTable create) {
    String catalogText = withoutClause(create.span(), create.distribution());
    if (isTemporary(create.persistence(), create.name())) {
      return temporary(catalogText, create.distribution());
    }
    refuseUnsupported(create);
    if (create.ifNotExists() && exists(create.name())) {
      return new Steps(context).catalog(catalogText).plan(CREATE_TABLE);
    }
    Steps steps = new Steps(context);
    make(steps, catalogText, create.name(), create.distribution());
    return steps.plan(CREATE_TABLE);
  }

  Plan plan(Definition.CreateTableAs create) {
    if (create.source() instanceof SessionCommand.Execute) {
      throw SqlError.notSupported("CREATE TABLE AS EXECUTE not yet supported");
    }
    Span source = create.source().span();
    String tail = new Span(source.end(), create.span().end()).of(text);
    String query = source.of(text) + WITH_DATA.matcher(tail).replaceAll("");
    boolean temporary = isTemporary(create.persistence(), create.name());
    if (temporary && isLocal(create.source(), context)) {
      return temporary(withoutClause(create.span(), create.distribution()), create.distribution());
    }
    String head =
        withoutClause(new Span(create.span().start(), source.start()), create.distribution()) + " ";
    if (temporary && !isKept(create)) {
      requireNoClause(create.distribution());
      Optional<String> filled =
          create.withData()
              ? Optional.of(spelledOut(create.name(), create.source()))
              : Optional.empty();
      return temporary(create.name(), head + query, filled, "CREATE TABLE AS");
    }
    String empty = withoutRows(head + query);
    if (create.ifNotExists() && (temporary || exists(create.name()))) {
      return new Steps(context).catalog(empty).plan("CREATE TABLE AS");
    }
    return fill(create, empty, query);
  }

  Plan plan(Statement.SelectInto select) {
    var into = select.into();
    String query = Splice.of(text, select.span()).cut(into.span()).toString();
    if (isTemporary(into.persistence(), into.name())) {
      if (isLocal(select.query(), context)) {
        return temporary(Splice.of(text, select.span()).toString().strip(), into.distribution());
      }
      requireNoClause(into.distribution());
      String head = "CREATE TEMPORARY TABLE " + into.name().span().of(text) + " AS ";
      Optional<String> filled = Optional.of(spelledOut(into.name(), select));
      return temporary(into.name(), head + query, filled, "SELECT");
    }
    String unlogged = into.persistence() == Persistence.UNLOGGED ? "UNLOGGED " : "";
    String catalogText =
        withoutRows(
            "CREATE %sTABLE %s AS %s".formatted(unlogged, into.name().span().of(text), query));
    Steps steps = new Steps(context);
    make(steps, catalogText, into.name(), into.distribution());
    return steps.plan("SELECT", new Plan.Deferred(insert(into.name(), query)));
  }

  /**
   * Makes the table only; of the query's parameters, no more than their types matter for that.
   *
   * @param create CREATE TABLE ... AS and its query
   */
  private String withoutRows(String create) {
    String empty = create + " WITH NO DATA";
    List<String> types = context.probe().parameterTypes();
    if (types.isEmpty()) {
      return empty;
    }
    String nulls = types.stream().map("NULL::"::concat).collect(Collectors.joining(", "));
    String execute = "EXECUTE " + SqlQuote.literal(empty) + " USING " + nulls;
    return "DO " + SqlQuote.literal("BEGIN " + execute + "; END");
  }

  private Plan fill(Definition.CreateTableAs create, String catalogText, String query) {
    Steps steps = new Steps(context);
    make(steps, catalogText, create.name(), create.distribution());
    return create.withData()
        ? steps.plan("SELECT", new Plan.Deferred(insert(create.name(), query)))
        : steps.plan("CREATE TABLE AS");
  }

  private String insert(QualifiedName name, String query) {
    return "INSERT INTO %s %s"
        .formatted(SqlQuote.qualified(context.creationSchema(name), name.local()), query);
  }

  private void make(
      Steps steps, String catalogText, QualifiedName name, Optional<Distribution> clause) {
    ReservedNames.requireUsableSchema(context.creationSchema(name));
    List<Integer> nodes = new NodeLists(context).of(clause);
    String qualified = SqlQuote.qualified(context.creationSchema(name), name.local());
    TableShape shape = context.probe().after(catalogText, qualified);
    boolean provisional = clause.flatMap(Distribution::strategy).isEmpty();
    DefaultDistribution.Choice choice = choice(shape, clause, nodes);
    new ReferencedTables(context).addSteps(steps, choice.replicated());
    if (provisional) {
      steps.notice(DefaultDistribution.notice(shape.relation(), choice.spread()));
    }
    DistributionRules rules = new DistributionRules(context.catalog(), choice.replicated());
    new TableSteps(context, steps, rules)
        .create(catalogText, shape.relation(), choice.spread(), provisional);
  }

  private DefaultDistribution.Choice choice(
      TableShape shape, Optional<Distribution> clause, List<Integer> nodes) {
    DefaultDistribution rule = new DefaultDistribution(context);
    Optional<Distribution.Strategy> strategy = clause.flatMap(Distribution::strategy);
    if (strategy.isEmpty()) {
      boolean anyNodes = clause.flatMap(Distribution::placement).isEmpty();
      return rule.choose(shape, nodes, anyNodes);
    }
    Spread spread = explicit(shape.relation(), clause.get(), nodes);
    return rule.first(shape, List.of(spread))
        .orElseThrow(
            () -> new DistributionRules(context.catalog()).violation(shape, spread).orElseThrow());
  }

  /** What a clause with a strategy says. */
  static Spread explicit(Relation relation, Distribution clause, List<Integer> nodes) {
    List<Integer> key =
        DefaultDistribution.numbers(relation, clause.columns().stream().map(Name::text).toList());
    if (key.stream().distinct().count() < key.size()) {
      throw SqlError.of(
          SqlState.INVALID_TABLE_DEFINITION, "column appears twice in the distribution key");
    }
    return switch (clause.strategy().orElseThrow()) {
      case HASH -> new Spread(Spread.Kind.HASH, key, nodes);
      case MODULO -> modulo(key, nodes);
      case REPLICATION -> new Spread(Spread.Kind.REPLICATED, List.of(), nodes);
      case ROUNDROBIN -> new Spread(Spread.Kind.ROUND_ROBIN, List.of(), nodes);
    };
  }

  private static Spread modulo(List<Integer> key, List<Integer> nodes) {
    if (key.size() != 1) {
      throw SqlError.of(SqlState.SYNTAX_ERROR, "DISTRIBUTE BY MODULO takes exactly one column");
    }
    return new Spread(Spread.Kind.MODULO, key, nodes);
  }

  private static void refuseUnsupported(Definition.CreateTable create) {
    if (create.partitionBy().isPresent() || create.partitionOf().isPresent()) {
      throw SqlError.notSupported("partitioning by the user is not supported yet")
          .withHint("DISTRIBUTE BY HASH partitions the table over the nodes.");
    }
    if (!create.inherits().isEmpty()) {
      throw SqlError.notSupported("INHERITS is not supported for distributed tables");
    }
    if (create.ofType().isPresent()) {
      throw SqlError.notSupported("CREATE TABLE ... OF is not supported for distributed tables");
    }
  }

  private Plan temporary(String catalogText, Optional<Distribution> clause) {
    requireNoClause(clause);
    return new Plan.Local(SqlText.cut(catalogText, 0), true, false);
  }

  /** Made empty, since on the catalog node the query sees no rows of distributed tables. */
  private Plan temporary(
      QualifiedName name, String catalogText, Optional<String> query, String tag) {
    Steps steps = new Steps(context).catalog(withoutRows(catalogText));
    return query
        .map(q -> "INSERT INTO " + SqlQuote.qualified("pg_temp", name.local()) + " " + q)
        .map(insert -> steps.plan("SELECT", new Plan.Deferred(insert)))
        .orElseGet(() -> steps.plan(tag));
  }

  /** The query with the schemas of those that the new table's name would hide from it. */
  private String spelledOut(QualifiedName made, Statement source) {
    Splice splice = Splice.of(text, source.span());
    if (source instanceof Statement.SelectInto(_, var into, _)) {
      splice.cut(into.span());
    }
    for (FromItem.TableRef ref : RelationNames.relations(source)) {
      boolean hidden = ref.name().schema().isEmpty() && ref.name().local().equals(made.local());
      Optional<Relation> meant = hidden ? context.find(ref.name()) : Optional.empty();
      meant.ifPresent(r -> splice.replace(ref.name().span(), SqlQuote.qualified(r)));
      if (meant.isPresent() && namesInWith(source).contains(made.local())) {
        throw SqlError.notSupported("a temporary table of the name of a WITH query and a table");
      }
    }
    return splice.toString();
  }

  private static List<String> namesInWith(Statement source) {
    return RelationNames.collect(source, QueryPart.CommonTable.class).stream()
        .map(c -> c.name().text())
        .toList();
  }

  private static void requireNoClause(Optional<Distribution> clause) {
    if (clause.isPresent()) {
      throw SqlError.notSupported("a temporary table cannot have a distribution")
          .withHint("Temporary tables live on the catalog node, for one session.");
    }
  }

  /** The session has a temporary table of that name, and is content with it. */
  private boolean isKept(Definition.CreateTableAs create) {
    String name = create.name().local();
    return create.ifNotExists()
        && context.catalog().relation(context.temporarySchema(), name).isPresent();
  }

  /** True for a query whose answer the catalog node alone knows. */
  static boolean isLocal(Node query, DdlContext context) {
    return RelationNames.relations(query).stream()
            .map(r -> context.find(r.name()))
            .flatMap(Optional::stream)
            .allMatch(r -> SystemCatalogs.contains(r) || context.isTemporary(r))
        && RelationNames.functionCalls(query).stream()
            .flatMap(c -> context.catalog().routines(c.name().local()).stream())
            .allMatch(r -> r.reach() == Routine.Reach.NONE);
  }

  /** Whether a statement makes a table for its session. */
  static boolean isTemporary(Statement statement) {
    return switch (statement) {
      case Definition.CreateTable create -> isTemporary(create.persistence(), create.name());
      case Definition.CreateTableAs create -> isTemporary(create.persistence(), create.name());
      case Statement.SelectInto(_, var into, _) -> isTemporary(into.persistence(), into.name());
      default -> false;
    };
  }

  private static boolean isTemporary(Persistence persistence, QualifiedName name) {
    return persistence == Persistence.TEMPORARY
        || name.schema().map(s -> s.text().startsWith("pg_temp")).orElse(false);
  }

  private boolean exists(QualifiedName name) {
    return context.catalog().relation(context.creationSchema(name), name.local()).isPresent();
  }

  private String withoutClause(Span span, Optional<Distribution> clause) {
    Splice splice = Splice.of(text, span);
    clause.ifPresent(c -> splice.cut(c.span()));
    return splice.toString().strip();
  }
}
