package dev.drover.planner.analysis;

import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import java.util.List;
import java.util.Optional;

/**
 * A query whose names are resolved.
 *
 * @param commonTables the queries of its WITH
 * @param sublinks the queries in its ORDER BY, LIMIT and OFFSET, when the body is no block
 */
public record QueryInfo(
    Query query, List<QueryInfo> commonTables, Body body, List<Sublink> sublinks) {
  public QueryInfo {
    commonTables = List.copyOf(commonTables);
    sublinks = List.copyOf(sublinks);
  }

  /** What a query computes. */
  public sealed interface Body permits Block, Pair, Constants, Nested {}

  /** UNION, INTERSECT or EXCEPT. */
  public record Pair(QueryBody.SetOperation operation, Body left, Body right) implements Body {}

  /** VALUES. */
  public record Constants(QueryBody.ValuesBody values, Block block) implements Body {}

  /** A query in parentheses. */
  public record Nested(QueryInfo query) implements Body {}

  /** True when it keeps only some of the body's rows. */
  public boolean isCut() {
    return query.limit().isPresent() || query.offset().isPresent();
  }

  /** The one block that it is, if it is one. */
  public Optional<Block> block() {
    return switch (body) {
      case Block block -> Optional.of(block);
      case Nested(var inner) when !inner.isCut() -> inner.block();
      case Pair _, Constants _, Nested _ -> Optional.empty();
    };
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
