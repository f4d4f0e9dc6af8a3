package dev.drover.planner.analysis;

import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds in expressions the columns, calls and queries they mention. */
public final class ExpressionScan {
  private static final Set<String> CLOCKS =
      Set.of("CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP");
  private static final Set<String> OBJECT_TYPES =
      Set.of(
          "regclass",
          "regcollation",
          "regconfig",
          "regdictionary",
          "regnamespace",
          "regoper",
          "regoperator",
          "regproc",
          "regprocedure",
          "regrole",
          "regtype");

  private final Analyzer analyzer;
  private final Mentions mentions;
  private final SourceText text;
  private final boolean inText;

  /** Blocks of EXISTS, whose targets are never computed. */
  private final Set<QueryBody.SelectBlock> existence =
      Collections.newSetFromMap(new IdentityHashMap<>());

  ExpressionScan(Analyzer analyzer, Mentions mentions, SourceText text, boolean inText) {
    this.analyzer = analyzer;
    this.mentions = mentions;
    this.text = text;
    this.inText = inText;
  }

  public void expression(Expr root, Block block, Analyzer.Place place) {
    if (root instanceof Expr.ColumnRef reference && reference.star()) {
      boolean computed = block.select().map(s -> !existence.contains(s)).orElse(true);
      list(reference, new Resolved.OfStar(), block);
      if (computed) {
        mentions.needs().reference(reference, new Resolved.OfStar(), block.scope());
      }
      noteSchema(reference);
      return;
    }
    node(root, block, place);
  }

  /** A condition that must be true: {@code x IN (query)} in it says what x equals. */
  void condition(Expr condition, Block block, Analyzer.Place place) {
    for (Expr conjunct : Conditions.conjuncts(condition)) {
      if (conjunct instanceof Expr.SubqueryExpr subquery && isMembership(subquery)) {
        Expr test = subquery.test().orElseThrow();
        node(test, block, place);
        QueryInfo query = analyzer.query(subquery.query(), place.inside(block.scope()));
        block.sublinks().add(new Sublink(query, matches(test, query, block.scope())));
      } else {
        expression(conjunct, block, place);
      }
    }
  }

  private static boolean isMembership(Expr.SubqueryExpr subquery) {
    return switch (subquery.kind()) {
      case IN -> !subquery.negated();
      case ANY -> subquery.operator().map(Conditions::isEquality).orElse(false);
      case SCALAR, EXISTS, ALL, ARRAY -> false;
    };
  }

  private static List<Fact> matches(Expr test, QueryInfo query, Scope scope) {
    List<Expr> tests = test instanceof Expr.RowExpr row ? row.elements() : List.of(test);
    Optional<List<Output>> outputs = query.block().flatMap(Block::outputs);
    List<Fact> facts = new ArrayList<>();
    for (int i = 0; outputs.isPresent() && i < Math.min(tests.size(), outputs.get().size()); i++) {
      Optional<Variable> inner = outputs.get().get(i).variable();
      Conditions.variable(tests.get(i), scope)
          .flatMap(outer -> inner.map(in -> Conditions.same(outer, in)))
          .ifPresent(facts::addAll);
    }
    return facts;
  }

  /** An item of GROUP BY or DISTINCT ON: a bare name is an input column before an output's. */
  void key(Expr expression, Block block, Analyzer.Place place) {
    if (expression instanceof Expr.ColumnRef reference
        && block.scope().resolve(reference) instanceof Resolved.Unknown
        && isOutput(reference, block)) {
      mentions.needs().reference(reference, new Resolved.Unknown(), block.scope());
      note(reference, new Resolved.OfOutput(reference.parts().getFirst().text()), block);
      return;
    }
    expression(expression, block, place);
  }

  /** An item of ORDER BY: a bare name is an output column before an input's. */
  void sortKey(Expr expression, Block block, Analyzer.Place place) {
    if (expression instanceof Expr.ColumnRef reference
        && (isOutput(reference, block) || isImplied(reference, block))) {
      if (!isOutput(reference, block)) {
        mentions.needs().reference(reference, new Resolved.Unknown(), block.scope());
      }
      note(reference, new Resolved.OfOutput(reference.parts().getFirst().text()), block);
      return;
    }
    expression(expression, block, place);
  }

  /** True for the alias of a target; a target's own name means its column anyway. */
  private static boolean isOutput(Expr.ColumnRef reference, Block block) {
    if (reference.star() || reference.parts().size() != 1 || block.select().isEmpty()) {
      return false;
    }
    String name = reference.parts().getFirst().text();
    return block.select().get().targets().stream()
        .anyMatch(t -> t.alias().map(Name::text).orElse("").equals(name));
  }

  /** True for the name that a target has by itself: {@code count}, {@code id} of a cast. */
  private static boolean isImplied(Expr.ColumnRef reference, Block block) {
    if (reference.star() || reference.parts().size() != 1 || block.select().isEmpty()) {
      return false;
    }
    String name = reference.parts().getFirst().text();
    return block.select().get().targets().stream()
        .filter(t -> t.alias().isEmpty() && !(t.value() instanceof Expr.ColumnRef))
        .anyMatch(t -> Outputs.name(t.value()).equals(name));
  }

  /** Everything below a node that belongs to the block. */
  public void node(Node root, Block block, Analyzer.Place place) {
    Deque<Node> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (note(node, block, place)) {
        node.children().reversed().forEach(open::push);
      }
    }
  }

  /** True when the children are to be looked at too. */
  private boolean note(Node node, Block block, Analyzer.Place place) {
    switch (node) {
      case Expr.SubqueryExpr subquery -> {
        subquery.test().ifPresent(test -> node(test, block, place));
        if (subquery.kind() == Expr.SubqueryExpr.Kind.EXISTS
            && subquery.query().body() instanceof QueryBody.SelectBlock select
            && !select.distinct()) {
          existence.add(select);
        }
        query(subquery.query(), block, place);
        return false;
      }
      case Query query -> {
        query(query, block, place);
        return false;
      }
      case Expr.ColumnRef reference -> reference(reference, block);
      case Expr.FunctionCall call -> {
        block.calls().add(call);
        text.calls().add(call);
        mentions.calls().add(new Mentions.Call(call, place.outermost(), inText));
      }
      case Expr.Special special when inText && CLOCKS.contains(special.keyword()) ->
          mentions.clocks().add(special);
      case Expr.Cast cast when namesObject(cast) -> mentions.objectNames().add(cast);
      case QueryPart.Locking locking -> mentions.locks().add(locking);
      default -> {}
    }
    return true;
  }

  /** A cast to {@code regclass} or its like. */
  public static boolean namesObject(Expr.Cast cast) {
    return OBJECT_TYPES.contains(cast.type().name().local());
  }

  private void query(Query query, Block block, Analyzer.Place place) {
    QueryInfo info = analyzer.query(query, place.inside(block.scope()));
    block.sublinks().add(new Sublink(info, List.of()));
  }

  private void reference(Expr.ColumnRef reference, Block block) {
    Resolved resolved = block.scope().resolve(reference);
    switch (resolved) {
      case Resolved.OfRow(TableUse table) -> table.markRowType();
      case Resolved.OfSystem system -> mentions.systemColumns().add(system);
      case Resolved.OfStar _ ->
          block
              .scope()
              .source(reference.parts().stream().map(Name::text).toList())
              .ifPresent(ExpressionScan::markRowType);
      case Resolved.OfRow _, Resolved.OfColumn _, Resolved.OfOutput _, Resolved.Unknown _ -> {}
    }
    note(reference, resolved, block);
    noteSchema(reference);
  }

  private void note(Expr.ColumnRef reference, Resolved resolved, Block block) {
    list(reference, resolved, block);
    mentions.needs().reference(reference, resolved, block.scope());
  }

  private void list(Expr.ColumnRef reference, Resolved resolved, Block block) {
    block.references().put(reference, resolved);
    text.references().add(new SourceText.Reference(reference, resolved, block.scope()));
  }

  private static void markRowType(Source source) {
    if (source instanceof TableUse table) {
      table.markRowType();
    }
  }

  private void noteSchema(Expr.ColumnRef reference) {
    int qualifiers = reference.parts().size() - (reference.star() ? 0 : 1);
    if (inText && qualifiers > 1) {
      mentions.schemaQualified().add(reference);
    }
  }
}
