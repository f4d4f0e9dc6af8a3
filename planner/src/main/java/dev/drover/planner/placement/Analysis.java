package dev.drover.planner.placement;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SearchPath;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Span;
import java.util.List;

/** A statement with all that was found out about it before its plan is chosen. */
public record Analysis(
    RoutingContext context,
    ParsedStatement parsed,
    Mentions mentions,
    FunctionRules functions,
    LiteralReads reads,
    FactFlow flow,
    Moves moves) {
  /** No rows move. */
  public Analysis(
      RoutingContext context,
      ParsedStatement parsed,
      Mentions mentions,
      FunctionRules functions,
      LiteralReads reads,
      FactFlow flow) {
    this(context, parsed, mentions, functions, reads, flow, Moves.NONE);
  }

  /** The same statement when these rows have moved. */
  public Analysis after(Moves moved) {
    return new Analysis(context, parsed, mentions, functions, reads, flow, moved);
  }

  public List<TableUse> tables() {
    return mentions.tables();
  }

  public Placements placements() {
    return new Placements(flow, functions, reads, moves);
  }

  public BlockShape shape(Block block) {
    return new BlockShape(block, functions, reads);
  }

  /** The whole statement. */
  public Span span() {
    return parsed.span();
  }

  /** True when every table it mentions is replicated. */
  public boolean isReplicatedOnly() {
    return tables().stream()
        .allMatch(t -> t.relation().distribution() instanceof Distribution.Replicated);
  }

  /** Nodes that hold all rows of every replicated table it mentions. */
  public List<Integer> commonNodes() {
    return tables().stream()
        .map(t -> t.relation().distribution().nodes())
        .reduce((a, b) -> a.stream().filter(b::contains).toList())
        .orElse(context.catalog().datanodes());
  }

  /** The nodes on which all rows of all tables lie, if that is one node; else empty. */
  public List<Integer> onlyNode() {
    List<Integer> common = commonNodes();
    if (common.size() != 1 && !isReplicatedOnly()) {
      common = common.stream().filter(this::holdsAll).toList();
    }
    return common.size() == 1 && holdsAll(common.getFirst()) ? common : List.of();
  }

  /** True when it mentions a temporary table, which only the session's own connection knows. */
  public boolean touchesTemporary() {
    SearchPath path = context.searchPath();
    SqlNames names = new SqlNames(context.catalog(), path);
    return mentions.catalogRelations().stream()
        .flatMap(ref -> names.relation(ref.name()).stream())
        .anyMatch(r -> r.schema().equals(path.temporarySchema()));
  }

  private boolean holdsAll(int node) {
    return tables().stream()
        .map(t -> t.relation().distribution())
        .allMatch(
            d ->
                d.nodes().contains(node)
                    && (d.nodes().size() == 1 || d instanceof Distribution.Replicated));
  }
}
