package dev.drover.planner.placement;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a block does with the rows of its FROM: group, deduplicate, number in windows. */
public final class BlockShape {
  private final Block block;
  private final FunctionRules functions;
  private final LiteralReads reads;

  BlockShape(Block block, FunctionRules functions, LiteralReads reads) {
    this.block = block;
    this.functions = functions;
    this.reads = reads;
  }

  public boolean isAggregated() {
    return block.calls().stream().anyMatch(functions::isAggregate)
        || block.select().map(s -> !s.groupBy().isEmpty() || s.having().isPresent()).orElse(false);
  }

  public boolean isDistinct() {
    return block.select().map(QueryBody.SelectBlock::distinct).orElse(false);
  }

  public boolean isWindowed() {
    return block.calls().stream().anyMatch(c -> c.over().isPresent());
  }

  /** True when it hands its rows on one by one. */
  public boolean isPlain() {
    return !isAggregated()
        && !isDistinct()
        && !isWindowed()
        && block.select().map(s -> s.distinctOn().isEmpty()).orElse(true);
  }

  public boolean hasGroupingSets() {
    return groupBy().stream().anyMatch(e -> e instanceof Expr.Special || e instanceof Expr.RowExpr);
  }

  public List<Expr> groupBy() {
    return block.select().map(QueryBody.SelectBlock::groupBy).orElse(List.of());
  }

  /** An item of GROUP BY, ORDER BY or DISTINCT ON, or the target that it stands for. */
  public Expr meaning(Expr item) {
    Optional<List<Output>> outputs = block.outputs();
    if (outputs.isEmpty()) {
      return item;
    }
    OptionalLong position = reads.integer(item);
    if (position.isPresent()
        && position.getAsLong() >= 1
        && position.getAsLong() <= outputs.get().size()) {
      return outputs.get().get((int) position.getAsLong() - 1).value();
    }
    if (item instanceof Expr.ColumnRef reference
        && block.references().get(reference) instanceof Resolved.OfOutput(var name)) {
      return outputs.get().stream()
          .filter(o -> o.name().equals(name))
          .findFirst()
          .map(Output::value)
          .orElse(item);
    }
    return item;
  }

  List<Variable> variables(List<Expr> items) {
    List<Variable> variables = new ArrayList<>();
    for (Expr item : items) {
      Conditions.variable(meaning(item), block.scope()).ifPresent(variables::add);
    }
    return variables;
  }

  public List<Variable> groupVariables() {
    return variables(groupBy());
  }

  public List<Variable> outputVariables() {
    return block.outputs().orElse(List.of()).stream().flatMap(o -> o.variable().stream()).toList();
  }

  /** The PARTITION BY of each window function. */
  List<List<Variable>> partitions() {
    return block.calls().stream()
        .flatMap(c -> c.over().stream())
        .map(window -> variables(partitionBy(window)))
        .toList();
  }

  private List<Expr> partitionBy(QueryPart.Window window) {
    if (window.base().isEmpty()) {
      return window.partitionBy();
    }
    String base = window.base().get().text();
    return block.select().map(QueryBody.SelectBlock::windows).orElse(List.of()).stream()
        .filter(w -> w.name().map(n -> n.text().equals(base)).orElse(false))
        .findFirst()
        .map(this::partitionBy)
        .orElse(List.of());
  }
}
