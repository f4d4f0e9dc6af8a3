package dev.drover.planner.sql;

import dev.drover.planner.sql.Definition.CreateTable;
import dev.drover.planner.sql.Definition.CreateTableAs;
import dev.drover.planner.sql.Definition.OnCommit;
import dev.drover.planner.sql.Definition.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads CREATE TABLE and CREATE TABLE AS.
 *
 * <p>Source: PostgreSQL 18 manual, the pages of these commands.
 */
final class TableParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final ConstraintParser constraints;

  TableParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.constraints = grammar.constraints();
  }

  /** From TABLE on; CREATE and what stands between are read. */
  Definition create(int start, Persistence persistence) {
    cursor.expect("table");
    boolean ifNotExists = grammar.options().ifNotExists();
    QualifiedName name = grammar.names().qualifiedName();
    Head head = new Head(start, persistence, ifNotExists, name);
    if (cursor.accept("of")) {
      return typed(head);
    }
    if (cursor.at("partition", "of")) {
      return partition(head);
    }
    if (isAs()) {
      return createAs(head);
    }
    List<TableElement> elements = elements(true);
    List<QualifiedName> inherits = List.of();
    if (cursor.accept("inherits")) {
      inherits = cursor.parenthesized(grammar.names()::qualifiedName);
    }
    return finish(head, new Middle(Optional.empty(), Optional.empty(), elements, inherits));
  }

  private record Head(
      int start, Persistence persistence, boolean ifNotExists, QualifiedName name) {}

  private record Middle(
      Optional<QualifiedName> ofType,
      Optional<PartitionClause.Of> partitionOf,
      List<TableElement> elements,
      List<QualifiedName> inherits) {}

  /** Whether this is CREATE TABLE AS: no list of columns with types follows the name. */
  private boolean isAs() {
    if (!cursor.at('(')) {
      return true;
    }
    byte second = cursor.kind(2);
    return grammar.names().isColumnName(1)
        && (second == ',' || second == ')')
        && !cursor.word(1).equals("like");
  }

  private Definition typed(Head head) {
    Optional<QualifiedName> type = Optional.of(grammar.names().anyQualifiedName());
    List<TableElement> elements = cursor.at('(') ? elements(false) : List.of();
    return finish(head, new Middle(type, Optional.empty(), elements, List.of()));
  }

  private Definition partition(Head head) {
    cursor.expect("partition", "of");
    QualifiedName parent = grammar.names().qualifiedName();
    Optional<PartitionClause.Of> of = Optional.of(new PartitionClause.Of(parent.span(), parent));
    List<TableElement> elements = cursor.at('(') ? elements(false) : List.of();
    return finish(head, new Middle(Optional.empty(), of, elements, List.of()));
  }

  private CreateTable finish(Head head, Middle middle) {
    Optional<PartitionClause.Bound> bound =
        middle.partitionOf().isPresent()
            ? Optional.of(grammar.partitions().bound())
            : Optional.empty();
    Optional<PartitionClause.By> partitionBy = grammar.partitions().optionalBy();
    Storage storage = storage();
    Optional<Distribution> distribution = grammar.distributions().optional();
    return new CreateTable(
        cursor.since(head.start()),
        head.persistence(),
        head.ifNotExists(),
        head.name(),
        middle.ofType(),
        middle.partitionOf(),
        middle.elements(),
        middle.inherits(),
        bound,
        partitionBy,
        storage,
        distribution);
  }

  private CreateTableAs createAs(Head head) {
    List<Name> columns = grammar.names().optionalNames();
    Storage storage = storage();
    Optional<Distribution> distribution = grammar.distributions().optional();
    cursor.expect("as");
    Statement source = source();
    boolean withData = withData();
    return new CreateTableAs(
        cursor.since(head.start()),
        head.persistence(),
        head.ifNotExists(),
        head.name(),
        columns,
        storage,
        distribution,
        source,
        withData);
  }

  private Statement source() {
    if (cursor.at("execute")) {
      return grammar.sessions().execute();
    }
    Query query = grammar.queries().query();
    return new Statement.Select(query.span(), query);
  }

  /** {@code WITH [NO] DATA}, if it is there; true without it. */
  boolean withData() {
    if (!cursor.at("with")) {
      return true;
    }
    cursor.advance();
    boolean without = cursor.accept("no");
    cursor.expect("data");
    return !without;
  }

  private Storage storage() {
    Optional<Name> method = grammar.names().nameAfter("using");
    List<GenericOption> options = grammar.options().optionalWith();
    if (options.isEmpty() && !cursor.accept("without", "oids")) {
      cursor.accept("with", "oids");
    }
    Optional<OnCommit> onCommit = Optional.empty();
    if (cursor.accept("on", "commit")) {
      onCommit = Optional.of(onCommit());
    }
    Optional<Name> tablespace = grammar.names().nameAfter("tablespace");
    return new Storage(method, options, onCommit, tablespace);
  }

  private OnCommit onCommit() {
    if (cursor.accept("drop")) {
      return OnCommit.DROP;
    }
    OnCommit action = cursor.accept("delete") ? OnCommit.DELETE_ROWS : OnCommit.PRESERVE_ROWS;
    if (action == OnCommit.PRESERVE_ROWS) {
      cursor.expect("preserve");
    }
    cursor.expect("rows");
    return action;
  }

  private List<TableElement> elements(boolean typed) {
    cursor.expect('(');
    if (typed && cursor.accept(')')) {
      return List.of();
    }
    List<TableElement> elements = cursor.list(() -> element(typed));
    cursor.expect(')');
    return elements;
  }

  private TableElement element(boolean typed) {
    if (constraints.atTableConstraint()) {
      return constraints.tableConstraint();
    }
    if (cursor.at("like")) {
      return like();
    }
    return typed ? column() : columnOptions();
  }

  private TableElement like() {
    int start = cursor.start();
    cursor.expect("like");
    QualifiedName source = grammar.names().qualifiedName();
    List<String> options = new ArrayList<>();
    while (cursor.atAny("including", "excluding")) {
      String mode = cursor.word();
      cursor.advance();
      options.add((mode + " " + grammar.names().label().text()).toUpperCase(Locale.ROOT));
    }
    return new TableElement.Like(cursor.since(start), source, options);
  }

  /** A column with its type, as ADD COLUMN takes it too. */
  TableElement.Column column() {
    int start = cursor.start();
    Name name = grammar.names().name();
    TypeName type = grammar.types().type();
    return column(start, name, Optional.of(type));
  }

  private TableElement columnOptions() {
    int start = cursor.start();
    Name name = grammar.names().name();
    cursor.accept("with", "options");
    return column(start, name, Optional.empty());
  }

  private TableElement.Column column(int start, Name name, Optional<TypeName> type) {
    Optional<QualifiedName> collation = Optional.empty();
    List<Constraint> list = new ArrayList<>();
    boolean more = true;
    while (more) {
      if (cursor.accept("collate")) {
        collation = Optional.of(grammar.names().anyQualifiedName());
      } else if (cursor.atAny("storage", "compression")) {
        cursor.advance();
        grammar.names().label();
      } else if (cursor.at("options") && cursor.nextIs('(')) {
        cursor.advance();
        grammar.options().inParentheses();
      } else {
        more = constraints.atColumnConstraint();
        if (more) {
          list.add(constraints.columnConstraint(name));
        }
      }
    }
    return new TableElement.Column(cursor.since(start), name, type, collation, list);
  }
}
