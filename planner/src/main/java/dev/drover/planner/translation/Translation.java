package dev.drover.planner.translation;

import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.Outputs;
import dev.drover.planner.analysis.QueryInfo;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.relational.Column;
import dev.drover.planner.relational.Finish;
import dev.drover.planner.relational.Rows;
import dev.drover.planner.relational.Scalar;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.LiteralKind;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.Span;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Translates a whole query. */
public final class Translation {
  private final Analysis analysis;
  private final QueryInfo query;

  /** What a query reads and what becomes of it. */
  public record Translated(Rows rows, Finish finish) {}

  private Translation(Analysis analysis, QueryInfo query) {
    this.analysis = analysis;
    this.query = query;
  }

  /** Empty for a query with anything in it that is not known here. */
  public static Optional<Translated> of(Analysis analysis, QueryInfo query) {
    try {
      return Optional.of(new Translation(analysis, query).translated())
          .filter(Translation::isWhole);
    } catch (SqlError _) {
      return Optional.empty();
    }
  }

  private static boolean isWhole(Translated translated) {
    Set<Column> there = new HashSet<>(translated.rows().columns());
    return translated.rows().isWhole()
        && translated.finish().outputs().stream()
            .allMatch(o -> there.containsAll(o.value().columns()))
        && translated.finish().order().stream()
            .allMatch(o -> there.containsAll(o.value().columns()));
  }

  private Translated translated() {
    if (!(query.body() instanceof Block block) || !analysis.mentions().systemColumns().isEmpty()) {
      throw Unsupported.error("queries of this form");
    }
    BlockRows.checkWith(query);
    BlockRows blocks = new BlockRows(analysis, query);
    BlockRows.Result result = blocks.of(block);
    Query syntax = query.query();
    Finish finish =
        new Finish(
            outputs(block, result.outputs()),
            order(block, result, blocks.expressions()),
            cut(syntax, blocks.expressions()),
            nodeLimit(syntax, blocks.expressions()));
    return new Translated(result.rows(), finish);
  }

  /** Named as PostgreSQL names them, where it was asked. */
  private List<Finish.Output> outputs(Block block, List<Scalar> values) {
    List<Output> outputs = block.outputs().orElseThrow();
    List<FieldDescription> fields = analysis.context().facts().columns();
    List<Finish.Output> all = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      String name = fields.size() == outputs.size() ? fields.get(i).name() : outputs.get(i).name();
      Optional<String> quoted =
          name.equals(Outputs.UNNAMED) ? Optional.empty() : Optional.of(SqlNames.quote(name));
      all.add(new Finish.Output(values.get(i), quoted));
    }
    return all;
  }

  private List<Finish.Sort> order(Block block, BlockRows.Result result, Expressions expressions) {
    IdentityHashMap<Expr, Integer> positions = new IdentityHashMap<>();
    for (Output output : block.outputs().orElseThrow()) {
      positions.put(output.value(), positions.size() + 1);
    }
    List<Finish.Sort> all = new ArrayList<>();
    for (QueryPart.SortItem item : query.query().orderBy()) {
      if (item.using().isPresent()) {
        throw Unsupported.error("ORDER BY ... USING");
      }
      Expr value = analysis.shape(block).meaning(item.value());
      int position = positions.getOrDefault(value, 0);
      Scalar key =
          position > 0
              ? result.outputs().get(position - 1)
              : expressions.value(value, block, result.known());
      if (key.columns().isEmpty()) {
        throw Unsupported.error("ORDER BY constants");
      }
      all.add(new Finish.Sort(key, position, direction(item)));
    }
    return all;
  }

  private static String direction(QueryPart.SortItem item) {
    return (item.descending() ? " DESC" : "")
        + switch (item.nulls()) {
          case FIRST -> " NULLS FIRST";
          case LAST -> " NULLS LAST";
          case BY_DIRECTION -> "";
        };
  }

  /**
   * What each node can leave out already: computed by the node, so that the plan serves whatever
   * LIMIT and OFFSET are.
   */
  private Optional<SqlText> nodeLimit(Query syntax, Expressions expressions) {
    Optional<SqlText> limit = syntax.limit().flatMap(l -> limit(l, expressions));
    if (limit.isEmpty() || syntax.offset().isEmpty()) {
      return limit.map(l -> new TextBuilder().add(" LIMIT ").add(l).build());
    }
    return number(syntax.offset().get().count(), expressions)
        .map(
            offset ->
                new TextBuilder()
                    .add(" LIMIT least(")
                    .add(limit.get())
                    .add("::numeric + coalesce(")
                    .add(offset)
                    .add(", 0), " + Long.MAX_VALUE + ")")
                    .build());
  }

  private Optional<SqlText> limit(QueryPart.Limit limit, Expressions expressions) {
    if (limit.withTies()) {
      return Optional.empty();
    }
    boolean isOneRow = limit.form() == QueryPart.Limit.Form.FETCH && limit.count().isEmpty();
    return isOneRow
        ? Optional.of(SqlText.fixed("1"))
        : limit.count().flatMap(count -> number(count, expressions));
  }

  /** Literals and parameters: anything else might fail, or be different on each node. */
  private Optional<SqlText> number(Expr count, Expressions expressions) {
    boolean isNumber =
        switch (count) {
          case Expr.Param(_, var index) ->
              index <= analysis.context().facts().parameterTypes().size();
          case Expr.Literal literal ->
              literal.kind() == LiteralKind.INT4 || literal.kind() == LiteralKind.INT8;
          default -> false;
        };
    return isNumber
        ? Optional.of(new TextBuilder().add(expressions.text(count.span())).add("::bigint").build())
        : Optional.empty();
  }

  private static SqlText cut(Query syntax, Expressions expressions) {
    List<Span> clauses = new ArrayList<>();
    syntax.limit().map(QueryPart.Limit::span).ifPresent(clauses::add);
    syntax.offset().map(QueryPart.Offset::span).ifPresent(clauses::add);
    clauses.sort(Comparator.comparingInt(Span::start));
    TextBuilder text = new TextBuilder();
    clauses.forEach(c -> text.add(" ").add(expressions.text(c)));
    return text.build();
  }
}
