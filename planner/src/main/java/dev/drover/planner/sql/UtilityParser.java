package dev.drover.planner.sql;

import dev.drover.planner.sql.FromItem.TableRef;
import dev.drover.planner.sql.Statement.Utility;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads utility statements of which the outline is enough: their kind, what they name, and the
 * statements inside them. What follows is skipped to the statement's end, parentheses balanced; the
 * server judges it.
 *
 * <p>Source: PostgreSQL 18 manual, part VI "SQL Commands".
 */
final class UtilityParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final MaintenanceParser maintenance;
  private final RoutineParser routines;

  UtilityParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.maintenance = new MaintenanceParser(grammar, this);
    this.routines = new RoutineParser(grammar, this);
  }

  /** What begins with none of the words that other parsers know. */
  Statement command() {
    int start = cursor.start();
    return switch (cursor.word()) {
      case "grant", "revoke" -> maintenance.grant(start);
      case "comment", "security" -> maintenance.comment(start);
      case "vacuum", "analyze", "analyse", "cluster", "reindex", "refresh" ->
          maintenance.tables(start);
      case "checkpoint", "load" -> rest(start, cursor.word().toUpperCase(Locale.ROOT), "");
      case "reassign" -> {
        cursor.expect("reassign", "owned");
        yield rest(start, "REASSIGN OWNED", "ROLE");
      }
      case "import" -> {
        cursor.expect("import", "foreign");
        cursor.expect("schema");
        yield rest(start, "IMPORT FOREIGN SCHEMA", "SCHEMA");
      }
      default -> throw cursor.unexpected();
    };
  }

  Utility utility(int start, String kind, String objectType, List<QualifiedName> names) {
    return new Utility(
        cursor.since(start), kind, objectType, names, List.of(), Optional.empty(), List.of());
  }

  /** A statement of which nothing more is needed; skips to its end. */
  Statement rest(int start, String kind, String objectType) {
    skip();
    return utility(start, kind, objectType, List.of());
  }

  /** A table that a statement is about. */
  TableRef table() {
    return grammar.froms().relation();
  }

  /** Behind a group in parentheses, if one stands here. */
  void skipParentheses() {
    if (!cursor.at('(')) {
      return;
    }
    int open = 0;
    do {
      if (cursor.at(Token.END) || cursor.at(Token.BAD)) {
        throw cursor.unexpected();
      }
      open += cursor.at('(') ? 1 : cursor.at(')') ? -1 : 0;
      cursor.advance();
    } while (open > 0);
  }

  /** To the end of the statement; gives the literal behind PASSWORD. */
  Optional<Span> skip() {
    Optional<Span> password = Optional.empty();
    while (!cursor.atEnd()) {
      if (cursor.at(')') || cursor.at(Token.BAD)) {
        throw cursor.unexpected();
      }
      if (cursor.at("password") && Token.isText(cursor.kind(1))) {
        cursor.advance();
        password = Optional.of(cursor.span());
      }
      if (cursor.at('(')) {
        skipParentheses();
      } else {
        cursor.advance();
      }
    }
    return password;
  }

  /** To the key word outside parentheses; whether it is there. */
  boolean skipTo(String keyword) {
    while (!cursor.atEnd() && !cursor.at(keyword)) {
      if (cursor.at('(')) {
        skipParentheses();
      } else {
        cursor.advance();
      }
    }
    return cursor.at(keyword);
  }

  /** Behind CREATE [OR REPLACE]. */
  Statement create(int start) {
    if (!cursor.accept("trusted")
        && cursor.atAny("default", "constraint")
        && !cursor.word(1).equals("privileges")) {
      cursor.advance();
    }
    String kind = ObjectKinds.accept(cursor).orElseThrow(cursor::unexpected);
    return switch (kind) {
      case "SCHEMA" -> schema(start);
      case "RULE" -> routines.rule(start);
      case "FUNCTION", "PROCEDURE" -> routines.routine(start, kind);
      case "CAST", "TRANSFORM", "USER MAPPING", "OPERATOR" -> rest(start, "CREATE " + kind, kind);
      case "TRIGGER", "POLICY" -> onTable(start, "CREATE " + kind, kind);
      case "COLUMN", "OWNED", "SYSTEM", "PARAMETER", "LARGE OBJECT" -> throw cursor.unexpected();
      default -> named(start, "CREATE " + kind, kind);
    };
  }

  private Statement named(int start, String kind, String objectType) {
    grammar.options().ifNotExists();
    List<QualifiedName> names =
        cursor.at("for") || cursor.at("on")
            ? List.of()
            : List.of(grammar.names().anyQualifiedName());
    if (names.isEmpty() && !objectType.equals("STATISTICS")) {
      throw cursor.unexpected();
    }
    List<TableRef> relations =
        objectType.equals("STATISTICS") && skipTo("from") ? statisticsTable() : List.of();
    Optional<Span> password = skip();
    return new Utility(
        cursor.since(start), kind, objectType, names, relations, password, List.of());
  }

  private List<TableRef> statisticsTable() {
    cursor.advance();
    return List.of(table());
  }

  /** {@code TRIGGER name ... ON table}. */
  private Statement onTable(int start, String kind, String objectType) {
    QualifiedName name = QualifiedName.of(grammar.names().name());
    if (!skipTo("on")) {
      throw cursor.unexpected();
    }
    cursor.advance();
    List<TableRef> relations = List.of(table());
    skip();
    return new Utility(
        cursor.since(start),
        kind,
        objectType,
        List.of(name),
        relations,
        Optional.empty(),
        List.of());
  }

  private Statement schema(int start) {
    grammar.options().ifNotExists();
    List<QualifiedName> names = new ArrayList<>();
    if (!cursor.at("authorization")) {
      names.add(QualifiedName.of(grammar.names().name()));
    }
    if (cursor.accept("authorization")) {
      Name role = grammar.names().role();
      if (names.isEmpty()) {
        names.add(QualifiedName.of(role));
      }
    }
    List<Statement> statements = new ArrayList<>();
    while (cursor.atAny("create", "grant")) {
      statements.add(grammar.statements().statement());
    }
    return new Utility(
        cursor.since(start),
        "CREATE SCHEMA",
        "SCHEMA",
        names,
        List.of(),
        Optional.empty(),
        statements);
  }

  /** Behind ALTER and the object's kind. */
  Statement alter(int start, String kind) {
    switch (kind) {
      case "DEFAULT PRIVILEGES", "SYSTEM", "USER MAPPING", "OPERATOR", "LARGE OBJECT" -> {
        return rest(start, "ALTER " + kind, kind);
      }
      default -> grammar.options().ifExists();
    }
    QualifiedName name = grammar.names().anyQualifiedName();
    skipParentheses();
    if (kind.startsWith("OPERATOR") && cursor.accept("using")) {
      grammar.names().name();
    }
    Optional<TableRef> relation = Optional.empty();
    if (isOnTable(kind) && cursor.accept("on")) {
      relation = Optional.of(table());
    }
    if (cursor.accept("rename", "to")) {
      Name newName = grammar.names().name();
      return new Definition.RenameOther(
          cursor.since(start), kind, name, relation.map(TableRef::name), newName);
    }
    if (cursor.atEnd() && !kind.equals("ROLE") && !kind.equals("USER")) {
      throw cursor.unexpected();
    }
    Optional<Span> password = skip();
    return new Utility(
        cursor.since(start),
        "ALTER " + kind,
        kind,
        List.of(name),
        relation.stream().toList(),
        password,
        List.of());
  }

  static boolean isOnTable(String kind) {
    return switch (kind) {
      case "TRIGGER", "RULE", "POLICY", "CONSTRAINT" -> true;
      default -> false;
    };
  }
}
