package dev.drover.planner.sql;

import dev.drover.planner.sql.FromItem.TableRef;
import dev.drover.planner.sql.Statement.Utility;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads GRANT, COMMENT, VACUUM and their like: commands on objects that exist.
 *
 * <p>Source: PostgreSQL 18 manual, the pages of these commands.
 */
final class MaintenanceParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final UtilityParser utilities;

  MaintenanceParser(Grammar grammar, UtilityParser utilities) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.utilities = utilities;
  }

  private Utility about(int start, String kind, String objectType, List<TableRef> relations) {
    return new Utility(
        cursor.since(start), kind, objectType, List.of(), relations, Optional.empty(), List.of());
  }

  /** GRANT and REVOKE, of privileges and of roles. */
  Statement grant(int start) {
    String kind = cursor.word().toUpperCase(Locale.ROOT);
    cursor.advance();
    int privileges = cursor.index();
    if (cursor.atEnd()) {
      throw cursor.unexpected();
    }
    if (!utilities.skipTo("on")) {
      cursor.moveTo(privileges);
      return roles(start, kind);
    }
    cursor.advance();
    if (cursor.at("all")) {
      return utilities.rest(start, kind, "SCHEMA");
    }
    String type = ObjectKinds.accept(cursor).orElse("TABLE");
    boolean relation = type.equals("TABLE") || type.equals("SEQUENCE");
    List<TableRef> relations = relation ? cursor.list(utilities::table) : List.of();
    List<QualifiedName> names = relation ? List.of() : cursor.list(this::object);
    if (!cursor.atAny("to", "from")) {
      throw cursor.unexpected();
    }
    utilities.skip();
    return new Utility(
        cursor.since(start), kind, type, names, relations, Optional.empty(), List.of());
  }

  private Statement roles(int start, String kind) {
    if (cursor.at("admin") || cursor.at("grant") || cursor.at("inherit")) {
      while (!cursor.atEnd() && !cursor.accept("for")) {
        cursor.advance();
      }
    }
    List<QualifiedName> names = cursor.list(() -> QualifiedName.of(grammar.names().role()));
    if (!cursor.atAny("to", "from")) {
      throw cursor.unexpected();
    }
    utilities.skip();
    return utilities.utility(start, kind, "ROLE", names);
  }

  private QualifiedName object() {
    if (Token.isLiteral(cursor.kind())) {
      Span span = cursor.span();
      cursor.advance();
      return QualifiedName.of(new Name(span, span.of(cursor.text()), false));
    }
    QualifiedName name = grammar.names().anyQualifiedName();
    utilities.skipParentheses();
    return name;
  }

  /** COMMENT ON and SECURITY LABEL ... ON. */
  Statement comment(int start) {
    String kind = cursor.at("comment") ? "COMMENT" : "SECURITY LABEL";
    if (!utilities.skipTo("on")) {
      throw cursor.unexpected();
    }
    cursor.advance();
    String type = ObjectKinds.accept(cursor).orElseThrow(cursor::unexpected);
    List<QualifiedName> names = new ArrayList<>();
    List<TableRef> relations = new ArrayList<>();
    switch (type) {
      case "TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "SEQUENCE", "INDEX" ->
          relations.add(utilities.table());
      case "CAST", "TRANSFORM", "OPERATOR" -> {}
      default -> names.add(object());
    }
    if (UtilityParser.isOnTable(type) && cursor.accept("on")) {
      cursor.accept("domain");
      relations.add(utilities.table());
    }
    if (!utilities.skipTo("is")) {
      throw cursor.unexpected();
    }
    cursor.advance();
    if (!cursor.accept("null")) {
      cursor.readString();
    }
    return new Utility(
        cursor.since(start), kind, type, names, relations, Optional.empty(), List.of());
  }

  /** VACUUM, ANALYZE, CLUSTER, REINDEX, REFRESH MATERIALIZED VIEW. */
  Statement tables(int start) {
    String word = cursor.word();
    cursor.advance();
    return switch (word) {
      case "vacuum" -> vacuum(start, "VACUUM");
      case "analyze", "analyse" -> vacuum(start, "ANALYZE");
      case "cluster" -> cluster(start);
      case "reindex" -> reindex(start);
      default -> refresh(start);
    };
  }

  private Statement vacuum(int start, String kind) {
    if (cursor.at('(')) {
      grammar.options().inParentheses();
    } else {
      boolean flag = true;
      while (flag) {
        flag =
            cursor.accept("full")
                || cursor.accept("freeze")
                || cursor.accept("verbose")
                || (kind.equals("VACUUM") && cursor.accept("analyze"));
      }
    }
    List<TableRef> relations = cursor.atEnd() ? List.of() : cursor.list(this::analyzed);
    return about(start, kind, "TABLE", relations);
  }

  private TableRef analyzed() {
    TableRef table = utilities.table();
    grammar.names().optionalNames();
    return table;
  }

  private Statement cluster(int start) {
    if (cursor.at('(')) {
      grammar.options().inParentheses();
    } else {
      cursor.accept("verbose");
    }
    if (cursor.atEnd()) {
      return about(start, "CLUSTER", "TABLE", List.of());
    }
    TableRef first = utilities.table();
    if (cursor.accept("on")) {
      return about(start, "CLUSTER", "TABLE", List.of(utilities.table()));
    }
    grammar.names().nameAfter("using");
    return about(start, "CLUSTER", "TABLE", List.of(first));
  }

  private Statement reindex(int start) {
    if (cursor.at('(')) {
      grammar.options().inParentheses();
    }
    String type =
        switch (cursor.word()) {
          case "index", "table", "schema", "database", "system" ->
              cursor.word().toUpperCase(Locale.ROOT);
          default -> throw cursor.unexpected();
        };
    cursor.advance();
    cursor.accept("concurrently");
    if (type.equals("TABLE") || type.equals("INDEX")) {
      return about(start, "REINDEX", type, List.of(utilities.table()));
    }
    List<QualifiedName> names =
        cursor.atEnd() ? List.of() : List.of(grammar.names().qualifiedName());
    return utilities.utility(start, "REINDEX", type, names);
  }

  private Statement refresh(int start) {
    cursor.expect("materialized", "view");
    cursor.accept("concurrently");
    TableRef view = utilities.table();
    grammar.tables().withData();
    return about(start, "REFRESH MATERIALIZED VIEW", "MATERIALIZED VIEW", List.of(view));
  }
}
