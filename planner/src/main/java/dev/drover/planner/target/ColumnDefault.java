package dev.drover.planner.target;

import dev.drover.planner.analysis.Analyzer;
import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.KeyConstants;
import dev.drover.planner.context.LiteralReads;
import dev.drover.planner.context.Parsing;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.FactFlow;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.LiteralKind;
import dev.drover.planner.sql.Literals;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.text.Clocks;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a column gets when an INSERT gives it no value. */
public sealed interface ColumnDefault {
  /** NULL, or an expression that gives the same everywhere and always. */
  record Constant(SqlText text, Optional<KeyValue> key) implements ColumnDefault {}

  /** The same within one transaction: {@code text} has the transaction's one {@code now()}. */
  record Clock(SqlText text) implements ColumnDefault {}

  /** Another value for each row, which any one server may choose. */
  record Volatile(SqlText text) implements ColumnDefault {}

  /** Drawn on the catalog node: a sequence, or a function that reads something. */
  record Central(SqlText text) implements ColumnDefault {}

  /** An expression for the value. */
  SqlText text();

  static ColumnDefault of(Relation table, Column column, RoutingContext context) {
    if (column.identity() != Column.Identity.NONE) {
      return new Central(SqlText.fixed(nextIdentity(table, column)));
    }
    if (column.defaultExpression().isEmpty()) {
      return new Constant(SqlText.fixed("NULL"), Optional.of(new KeyValue.Null()));
    }
    return parsed(column, column.defaultExpression().get(), context);
  }

  /** The sequence of an identity column has no name of its own. */
  private static String nextIdentity(Relation table, Column column) {
    return "nextval(pg_get_serial_sequence("
        + literal(SqlNames.quoted(table))
        + ", "
        + literal(column.name())
        + "))";
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static ColumnDefault parsed(Column column, String expression, RoutingContext context) {
    byte[] text = ("SELECT " + expression).getBytes(StandardCharsets.UTF_8);
    ParsedStatement statement = Parsing.single(text);
    RoutingContext inner = context.withText(text, new StatementFacts(List.of(), List.of()));
    LiteralReads reads = new LiteralReads(text);
    Analyzer analyzer = Analyzer.of(inner);
    Query query = ((Statement.Select) statement.statement()).query();
    analyzer.query(query, Analyzer.Place.TOP);
    FunctionRules functions = new FunctionRules(context.catalog(), context.functions());
    Mentions mentions = analyzer.mentions();
    FactFlow flow = new FactFlow(mentions, functions, reads);
    Analysis analysis = new Analysis(inner, statement, mentions, functions, reads, flow);
    boolean central =
        mentions.calls().stream()
            .anyMatch(
                c ->
                    functions.isSequenceCall(c.call())
                        || functions.isSessionCall(c.call())
                        || functions.isUsers(c.call()));
    if (central) {
      return new Central(SqlText.fixed(expression));
    }
    if (mentions.calls().stream().anyMatch(c -> functions.isVolatile(c.call()))) {
      return new Volatile(SqlText.fixed(expression));
    }
    boolean clock =
        !mentions.clocks().isEmpty()
            || mentions.calls().stream().anyMatch(c -> functions.isTransactionClock(c.call()));
    if (clock) {
      return new Clock(clockText(analysis, query));
    }
    Expr value = ((QueryBody.SelectBlock) query.body()).targets().getFirst().value();
    return new Constant(SqlText.fixed(expression), key(column, value, text));
  }

  private static SqlText clockText(Analysis analysis, Query query) {
    SpliceText splices = new SpliceText(analysis.context().text(), analysis.reads().literals());
    new Clocks(analysis).withoutNames().replaceIn(splices);
    Expr value = ((QueryBody.SelectBlock) query.body()).targets().getFirst().value();
    return withoutHoles(splices.render(value.span()), analysis);
  }

  /** Literals of a default are no literals of the statement. */
  private static SqlText withoutHoles(SqlText text, Analysis analysis) {
    TextBuilder out = new TextBuilder();
    byte[] source = analysis.context().text();
    for (SqlText.Piece piece : text.pieces()) {
      if (piece instanceof SqlText.Piece.Fixed fixed) {
        out.add(fixed.toString());
      } else if (piece instanceof SqlText.Piece.Lifted(var ordinal)) {
        int start = analysis.reads().literals().literalStart(ordinal);
        int end = analysis.reads().literals().literalEnd(ordinal);
        out.add(new String(source, start, end - start, StandardCharsets.UTF_8));
      } else {
        out.add(piece);
      }
    }
    return out.build();
  }

  /** The value by which the column is hashed, when it is written plainly. */
  private static Optional<KeyValue> key(Column column, Expr value, byte[] text) {
    Expr inner = value instanceof Expr.Cast(_, _, var argument, _) ? argument : value;
    Optional<HashType> type = KeyConstants.hashType(column);
    if (!(inner instanceof Expr.Literal literal) || type.isEmpty()) {
      return Optional.empty();
    }
    String written =
        literal.kind() == LiteralKind.STRING
            ? Literals.string(text, literal.span())
            : literal.span().of(text);
    boolean plain =
        literal.kind() == LiteralKind.STRING || type.get().family() == HashType.Family.INTEGER;
    return plain && column.typmod() < 0
        ? Optional.of(new KeyValue.Fixed(written, type.get()))
        : Optional.empty();
  }
}
