package dev.drover.deploy.tpc;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of a suite.
 *
 * @param rows lines of COPY's text format, generated anew by each iterator
 */
public record SuiteTable(String name, Definition definition, Spread spread, Iterable<String> rows) {

  /**
   * The same on all servers.
   *
   * @param columns what stands between the parentheses of CREATE TABLE
   * @param key the columns of the primary key; empty without one
   * @param indexes the columns of each further index
   */
  public record Definition(String columns, String key, List<String> indexes) {
    public Definition {
      indexes = List.copyOf(indexes);
    }
  }

  /** What follows DISTRIBUTE BY in each layout. */
  public record Spread(String good, String bad) {}

  /** The statement that makes it, with its primary key where all of its rows lie apart by it. */
  String create(Layout layout) {
    String key = hasKey(layout) ? ", PRIMARY KEY (%s)".formatted(definition.key) : "";
    String distribution =
        switch (layout) {
          case PLAIN -> "";
          case GOOD -> " DISTRIBUTE BY " + spread.good;
          case BAD -> " DISTRIBUTE BY " + spread.bad;
        };
    return "CREATE TABLE %s (%s%s)%s".formatted(name, definition.columns, key, distribution);
  }

  /**
   * For after the rows have come: all layouts have the same indexes, and where the primary key
   * cannot be checked one that is not unique stands for it.
   */
  List<String> complete(Layout layout) {
    List<String> indexed = new ArrayList<>(definition.indexes);
    if (!hasKey(layout) && !definition.key.isEmpty()) {
      indexed.addFirst(definition.key);
    }
    List<String> statements = new ArrayList<>();
    indexed.forEach(columns -> statements.add("CREATE INDEX ON %s (%s)".formatted(name, columns)));
    statements.add("VACUUM ANALYZE " + name);
    return statements;
  }

  private boolean hasKey(Layout layout) {
    return layout != Layout.BAD && !definition.key.isEmpty();
  }
}
