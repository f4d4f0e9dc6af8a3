package dev.drover.planner.sql;

import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.Distribution.Placement;
import dev.drover.planner.sql.Distribution.Strategy;
import java.util.List;
import java.util.Optional;

/** Reads Drover's clause about where the rows of a table are kept. */
final class DistributionParser {
  private final Grammar grammar;
  private final Cursor cursor;

  DistributionParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** The clause, if it is there: DISTRIBUTE BY, DISTRIBUTED BY, DISTRIBUTED RANDOMLY, TO. */
  Optional<Distribution> optional() {
    boolean strategy =
        cursor.at("distribute", "by")
            || cursor.at("distributed", "by")
            || cursor.at("distributed", "randomly");
    return strategy || atPlacement() ? Optional.of(clause()) : Optional.empty();
  }

  private boolean atPlacement() {
    return cursor.at("to", "node") || cursor.at("to", "group");
  }

  private Distribution clause() {
    int start = cursor.start();
    Optional<Strategy> strategy = Optional.empty();
    List<Name> columns = List.of();
    if (cursor.accept("distributed", "randomly")) {
      strategy = Optional.of(Strategy.ROUNDROBIN);
    } else if (cursor.accept("distributed", "by")) {
      strategy = Optional.of(Strategy.HASH);
      columns = grammar.names().namesInParentheses();
    } else if (cursor.accept("distribute", "by")) {
      strategy = Optional.of(cursor.at('(') ? Strategy.HASH : strategy());
      columns = hasColumns(strategy) ? grammar.names().namesInParentheses() : List.of();
    }
    Optional<Placement> placement = atPlacement() ? Optional.of(placement()) : Optional.empty();
    return new Distribution(cursor.since(start), strategy, columns, placement);
  }

  private static boolean hasColumns(Optional<Strategy> strategy) {
    return strategy.filter(s -> s == Strategy.HASH || s == Strategy.MODULO).isPresent();
  }

  private Strategy strategy() {
    int index = cursor.index();
    Name name = grammar.names().label();
    return switch (name.text()) {
      case "replication" -> Strategy.REPLICATION;
      case "roundrobin" -> Strategy.ROUNDROBIN;
      case "hash" -> Strategy.HASH;
      case "modulo" -> Strategy.MODULO;
      default -> {
        cursor.moveTo(index);
        throw cursor.error(
            SqlState.SYNTAX_ERROR, "unrecognized distribution option \"" + name.text() + "\"");
      }
    };
  }

  private Placement placement() {
    cursor.expect("to");
    if (cursor.accept("group")) {
      return new Distribution.Group(grammar.names().name());
    }
    cursor.expect("node");
    return new Distribution.Nodes(
        cursor.at('(') ? grammar.names().namesInParentheses() : cursor.list(grammar.names()::name));
  }
}
