package dev.drover.planner.sql;

import java.util.List;
import java.util.Locale;

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
  private final TableParser tables;

  DefinitionParser(Grammar grammar, ClusterParser clusters, UtilityParser utilities) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.clusters = clusters;
    this.utilities = utilities;
    this.tables = new TableParser(grammar);
  }

  Statement command() {
    int start = cursor.start();
    return switch (cursor.word()) {
      case "create" -> create(start);
      default -> utilities.opaque();
    };
  }

  private Statement create(int start) {
    int before = cursor.index();
    cursor.expect("create");
    if (clusters.atObject(cursor.word())) {
      return clusters.create(start);
    }
    if (cursor.at("index") || cursor.at("unique", "index")) {
      return grammar.indexes().create(start);
    }
    Persistence persistence = grammar.queries().persistence();
    if (cursor.at("table")) {
      return tables.create(start, persistence);
    }
    cursor.moveTo(before);
    return utilities.opaque();
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
