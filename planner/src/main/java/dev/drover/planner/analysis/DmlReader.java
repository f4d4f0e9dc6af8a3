package dev.drover.planner.analysis;

import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.Returning;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads UPDATE, DELETE and MERGE as a block whose first source is the target.
 *
 * @param target a table, or whatever else the name means
 */
public record DmlReader(
    Mentions mentions, Block block, Source target, List<QueryInfo> commonTables) {

  public static DmlReader read(Statement statement, RoutingContext context) {
    Analyzer analyzer = Analyzer.of(context);
    Block block = new Block(new Scope(Optional.empty()), Optional.empty());
    List<QueryInfo> queries = new ArrayList<>();
    Source target =
        switch (statement) {
          case Update update -> {
            Analyzer.Place place = place(analyzer, update.with(), queries);
            Source source = target(analyzer, update.target(), block, place);
            update.from().forEach(f -> block.from().add(analyzer.from(f, block, place)));
            update.where().ifPresent(w -> analyzer.condition(w, block, place));
            update.assignments().forEach(a -> analyzer.scan().node(a, block, place));
            returning(analyzer, update.returning(), block, place);
            yield source;
          }
          case Delete delete -> {
            Analyzer.Place place = place(analyzer, delete.with(), queries);
            Source source = target(analyzer, delete.target(), block, place);
            delete.using().forEach(f -> block.from().add(analyzer.from(f, block, place)));
            delete.where().ifPresent(w -> analyzer.condition(w, block, place));
            returning(analyzer, delete.returning(), block, place);
            yield source;
          }
          case Merge merge -> merge(analyzer, merge, block, queries);
          default -> throw new IllegalStateException("not a change of rows: " + statement);
        };
    return new DmlReader(analyzer.mentions(), block, target, List.copyOf(queries));
  }

  private static Analyzer.Place place(
      Analyzer analyzer, Optional<QueryPart.With> with, List<QueryInfo> queries) {
    return with.map(w -> Analyzer.Place.TOP.with(analyzer.with(w, Analyzer.Place.TOP, queries)))
        .orElse(Analyzer.Place.TOP);
  }

  private static Source target(
      Analyzer analyzer, FromItem.TableRef ref, Block block, Analyzer.Place place) {
    FromInfo item = analyzer.from(ref, block, place.with(Analyzer.CommonTables.NONE));
    block.from().add(item);
    return source(item);
  }

  private static Source source(FromInfo item) {
    return switch (item) {
      case FromInfo.Leaf(var source) -> source;
      case FromInfo.Join _ -> throw new IllegalStateException("a target is no join");
    };
  }

  private static void returning(
      Analyzer analyzer, Optional<Returning> returning, Block block, Analyzer.Place place) {
    returning.ifPresent(
        r -> r.targets().forEach(t -> analyzer.scan().expression(t.value(), block, place)));
  }

  /** The rows of the source are all looked at, those of the target as far as they match. */
  private static Source merge(
      Analyzer analyzer, Merge merge, Block block, List<QueryInfo> queries) {
    Analyzer.Place place = place(analyzer, merge.with(), queries);
    FromInfo target = analyzer.from(merge.target(), block, place.with(Analyzer.CommonTables.NONE));
    FromInfo source = analyzer.from(merge.source(), block, place);
    boolean looksAtAll =
        merge.whens().stream().anyMatch(w -> w.match() == Merge.When.Match.NOT_MATCHED_BY_SOURCE);
    List<Fact> facts =
        looksAtAll ? List.of() : analyzer.conditions().facts(merge.on(), block.scope());
    block
        .from()
        .add(
            new FromInfo.Join(
                FromItem.JoinItem.Kind.LEFT,
                source,
                target,
                facts,
                List.of(),
                Optional.of(merge.on())));
    analyzer.scan().condition(merge.on(), block, place);
    for (Node when : merge.whens()) {
      analyzer.scan().node(when, block, place);
    }
    returning(analyzer, merge.returning(), block, place);
    return source(target);
  }
}
