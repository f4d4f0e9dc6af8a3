package dev.drover.planner.pull;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.SourceText;
import dev.drover.planner.sql.QualifiedName;
import dev.drover.planner.sql.QueryPart;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The row locks that the locking clauses of a statement take, source by source. */
final class PullLocks {
  private final Map<Source, Set<String>> clauses = new HashMap<>();

  PullLocks(SourceText text) {
    text.all().flatMap(t -> t.locking().stream()).forEach(this::query);
  }

  boolean isEmpty() {
    return clauses.isEmpty();
  }

  /** {@code FOR UPDATE ...}, each with a blank before it. */
  String of(Source source) {
    return clauses.getOrDefault(source, Set.of()).stream()
        .map(clause -> " " + clause)
        .collect(Collectors.joining());
  }

  private void query(QueryInfo query) {
    List<Source> sources = sources(query.body());
    for (QueryPart.Locking lock : query.query().locking()) {
      Set<String> named = lock.of().stream().map(QualifiedName::local).collect(Collectors.toSet());
      for (Source source : sources) {
        if (named.isEmpty() || named.contains(source.name())) {
          lock(source, text(lock));
        }
      }
    }
  }

  /** What is locked of a query are the tables in its FROM. */
  private void lock(Source source, String clause) {
    clauses.computeIfAbsent(source, s -> new LinkedHashSet<>()).add(clause);
    if (source instanceof Derived derived && !derived.common()) {
      sources(derived.query().body()).forEach(inner -> lock(inner, clause));
    }
  }

  private static List<Source> sources(QueryInfo.Body body) {
    return switch (body) {
      case Block block -> block.from().stream().flatMap(i -> i.sources().stream()).toList();
      case QueryInfo.Nested(var inner) -> sources(inner.body());
      case QueryInfo.Pair _, QueryInfo.Constants _ -> List.of();
    };
  }

  private static String text(QueryPart.Locking lock) {
    String strength =
        switch (lock.strength()) {
          case KEY_SHARE -> "FOR KEY SHARE";
          case SHARE -> "FOR SHARE";
          case NO_KEY_UPDATE -> "FOR NO KEY UPDATE";
          case UPDATE -> "FOR UPDATE";
        };
    return switch (lock.waitPolicy()) {
      case BLOCK -> strength;
      case NOWAIT -> strength + " NOWAIT";
      case SKIP_LOCKED -> strength + " SKIP LOCKED";
    };
  }
}
