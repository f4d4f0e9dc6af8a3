package dev.drover.planner.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads CREATE, ALTER and DROP, TRUNCATE and LOCK.
 *
 * <p>Source: PostgreSQL 18 manual, the pages of these commands.
 */
final class DefinitionParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final ClusterParser clusters;
  private final UtilityParser utilities;
  private final AlterParser alters;

  DefinitionParser(Grammar grammar, ClusterParser clusters, UtilityParser utilities) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.clusters = clusters;
    this.utilities = utilities;
    this.alters = new AlterParser(grammar);
  }

  Statement command() {
    int start = cursor.start();
    return switch (cursor.word()) {
      case "create" -> create(start);
      case "alter" -> alter(start);
      default -> drop(start);
    };
  }

  private Statement create(int start) {
    cursor.expect("create");
    if (cursor.atAny("node", "barrier")) {
      return clusters.create(start);
    }
    if (cursor.at("index") || cursor.at("unique", "index")) {
      return grammar.indexes().create(start);
    }
    boolean orReplace = cursor.accept("or", "replace");
    Persistence persistence = grammar.queries().persistence();
    return switch (cursor.word()) {
      case "table" -> grammar.tables().create(start, persistence);
      case "sequence" -> sequence(start, persistence);
      case "view", "recursive" -> view(start, orReplace, persistence);
      case "materialized" -> view(start, orReplace, persistence);
      default -> {
        if (persistence != Persistence.PERMANENT) {
          throw cursor.unexpected();
        }
        yield utilities.create(start);
      }
    };
  }

  private Statement sequence(int start, Persistence persistence) {
    cursor.expect("sequence");
    boolean ifNotExists = grammar.options().ifNotExists();
    QualifiedName name = grammar.names().qualifiedName();
    List<GenericOption> options = grammar.options().sequence();
    return new Definition.CreateSequence(
        cursor.since(start), persistence, ifNotExists, name, options);
  }

  private Statement view(int start, boolean orReplace, Persistence persistence) {
    boolean recursive = cursor.accept("recursive");
    boolean materialized = !recursive && cursor.accept("materialized");
    cursor.expect("view");
    boolean ifNotExists = materialized && grammar.options().ifNotExists();
    QualifiedName name = grammar.names().qualifiedName();
    List<Name> columns = grammar.names().optionalNames();
    grammar.names().nameAfter("using");
    grammar.options().optionalWith();
    grammar.names().nameAfter("tablespace");
    cursor.expect("as");
    Query query = grammar.queries().query();
    if (materialized) {
      grammar.tables().withData();
    } else if (cursor.accept("with")) {
      if (cursor.atAny("cascaded", "local")) {
        cursor.advance();
      }
      cursor.expect("check", "option");
    }
    return new Definition.CreateView(
        cursor.since(start),
        orReplace,
        persistence,
        recursive,
        materialized,
        ifNotExists,
        name,
        columns,
        query);
  }

  private Statement alter(int start) {
    cursor.expect("alter");
    if (cursor.at("node")) {
      return clusters.alterNode(start);
    }
    if (cursor.at("cluster")) {
      return clusters.alterCluster(start);
    }
    String kind = ObjectKinds.accept(cursor).orElseThrow(cursor::unexpected);
    return switch (kind) {
      case "TABLE", "INDEX", "VIEW", "SEQUENCE", "MATERIALIZED VIEW", "FOREIGN TABLE" ->
          cursor.at("all", "in")
              ? utilities.rest(start, "ALTER " + kind, kind)
              : alters.alter(start, kind);
      default -> utilities.alter(start, kind);
    };
  }

  private Statement drop(int start) {
    cursor.expect("drop");
    if (cursor.at("node")) {
      return clusters.drop(start);
    }
    String kind = ObjectKinds.accept(cursor).orElseThrow(cursor::unexpected);
    return switch (kind) {
      case "CAST", "TRANSFORM", "USER MAPPING", "OWNED", "OPERATOR" ->
          utilities.rest(start, "DROP " + kind, kind);
      default -> dropNamed(start, kind);
    };
  }

  private Statement dropNamed(int start, String kind) {
    boolean concurrently = cursor.accept("concurrently");
    boolean ifExists = grammar.options().ifExists();
    List<QualifiedName> names = new ArrayList<>();
    do {
      names.add(grammar.names().anyQualifiedName());
      utilities.skipParentheses();
    } while (cursor.accept(','));
    if (cursor.accept("using")) {
      grammar.names().name();
    }
    Optional<QualifiedName> table =
        cursor.accept("on") ? Optional.of(grammar.names().qualifiedName()) : Optional.empty();
    if (kind.equals("DATABASE") && (cursor.at("with") || cursor.at('('))) {
      cursor.accept("with");
      grammar.options().inParentheses();
    }
    boolean cascade = grammar.options().cascade();
    return new Definition.Drop(
        cursor.since(start), kind, concurrently, ifExists, names, table, cascade);
  }

  /** TRUNCATE and LOCK. */
  Statement tables() {
    int start = cursor.start();
    boolean truncate = cursor.at("truncate");
    cursor.advance();
    cursor.accept("table");
    List<FromItem.TableRef> relations = cursor.list(grammar.froms()::relation);
    return truncate ? truncate(start, relations) : lock(start, relations);
  }

  private Statement truncate(int start, List<FromItem.TableRef> relations) {
    boolean restart = cursor.accept("restart", "identity");
    if (!restart) {
      cursor.accept("continue", "identity");
    }
    boolean cascade = grammar.options().cascade();
    return new Definition.Truncate(cursor.since(start), relations, restart, cascade);
  }

  private Statement lock(int start, List<FromItem.TableRef> relations) {
    String mode = "ACCESS EXCLUSIVE";
    if (cursor.accept("in")) {
      StringBuilder words = new StringBuilder();
      while (!cursor.at("mode") && cursor.at(Token.WORD)) {
        words.append(words.isEmpty() ? "" : " ").append(cursor.word());
        cursor.advance();
      }
      cursor.expect("mode");
      mode = words.toString().toUpperCase(Locale.ROOT);
    }
    boolean nowait = cursor.accept("nowait");
    return new Definition.LockTable(cursor.since(start), relations, mode, nowait);
  }
}
