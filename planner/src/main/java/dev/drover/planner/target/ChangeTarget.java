package dev.drover.planner.target;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.Rows;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.SourceText;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.sql.Assignment;
import dev.drover.planner.sql.AssignmentTarget;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A statement that changes rows, at the top or in WITH.
 *
 * @param table what it changes, by itself or through {@code view}
 * @param block its sources and what its expressions mention
 */
public record ChangeTarget(
    Statement statement, TableUse table, Optional<SourceText.ViewUse> view, Block block) {

  /** Empty when what it changes is no table of the nodes, nor a view of one. */
  public static Optional<ChangeTarget> of(
      Analysis analysis, Statement statement, Source source, Block block) {
    return switch (source) {
      case TableUse table ->
          Optional.of(new ChangeTarget(statement, table, Optional.empty(), block));
      case Derived derived ->
          analysis.mentions().text().views().stream()
              .filter(v -> v.derived().equals(derived))
              .findFirst()
              .flatMap(
                  v -> base(v).map(t -> new ChangeTarget(statement, t, Optional.of(v), block)));
      case Rows _ -> Optional.empty();
    };
  }

  /** The one table of a view that changes may go through, perhaps by way of other views. */
  private static Optional<TableUse> base(SourceText.ViewUse view) {
    List<SourceText.ViewUse> chain = chain(view);
    List<TableUse> tables = chain.getFirst().definition().tables();
    boolean isChain =
        chain.stream().skip(1).allMatch(v -> v.definition().tables().isEmpty())
            && chain.getFirst().definition().views().isEmpty();
    long names =
        chain.stream().map(v -> v.derived().view().orElseThrow().name()).distinct().count();
    return isChain && tables.size() == 1 && names == chain.size()
        ? Optional.of(tables.getFirst())
        : Optional.empty();
  }

  /** The view, and those that each is over, the innermost first. */
  private static List<SourceText.ViewUse> chain(SourceText.ViewUse view) {
    List<SourceText.ViewUse> chain = new ArrayList<>(List.of(view));
    while (chain.getFirst().definition().views().size() == 1) {
      chain.addFirst(chain.getFirst().definition().views().getFirst());
    }
    return chain;
  }

  /** All views that it goes through, each after the one that it is over. */
  public List<SourceText.ViewUse> views() {
    return view.map(ChangeTarget::chain).orElse(List.of());
  }

  /** Names of the columns that rows which are there already may get other values in. */
  public Set<String> assigned() {
    return assignments().stream()
        .flatMap(a -> a.targets().stream())
        .map(AssignmentTarget::column)
        .flatMap(name -> column(name.text()).stream())
        .collect(Collectors.toSet());
  }

  /** The table's column that an assignment is to. */
  private Optional<String> column(String name) {
    return view.isEmpty()
        ? Optional.of(name)
        : Conditions.column(new Variable(view.get().derived(), name)).map(Column::name);
  }

  private List<Assignment> assignments() {
    return switch (statement) {
      case Update update -> update.assignments();
      case Merge merge -> merge.whens().stream().flatMap(w -> w.assignments().stream()).toList();
      case Insert insert ->
          insert.onConflict().map(Insert.OnConflict::assignments).orElse(List.of());
      default -> List.of();
    };
  }

  public boolean inserts() {
    return switch (statement) {
      case Insert _ -> true;
      case Merge merge ->
          has(merge, Merge.When.Action.INSERT)
              || has(merge, Merge.When.Action.INSERT_DEFAULT_VALUES);
      default -> false;
    };
  }

  public boolean deletes() {
    return switch (statement) {
      case Delete _ -> true;
      case Merge merge -> has(merge, Merge.When.Action.DELETE);
      default -> false;
    };
  }

  private static boolean has(Merge merge, Merge.When.Action action) {
    return merge.whens().stream().anyMatch(w -> w.action() == action);
  }

  /** It adds rows, and looks at those which are there already by a unique index only. */
  public boolean resolvesConflicts() {
    return statement instanceof Insert insert && insert.onConflict().isPresent();
  }

  /** It leaves out rows that are in the way of others. */
  public boolean skipsConflicts() {
    return statement instanceof Insert insert
        && insert.onConflict().map(Insert.OnConflict::doNothing).orElse(false);
  }

  /** It has no use for rows that are there already. */
  public boolean onlyAdds() {
    return statement instanceof Insert insert && insert.onConflict().isEmpty();
  }

  /** The conditions that all must hold for a row of the table to be changed. */
  public List<Expr> conditions() {
    Optional<Expr> condition =
        switch (statement) {
          case Update update -> update.where();
          case Delete delete -> delete.where();
          case Merge merge when looksForMatches(merge) -> Optional.of(merge.on());
          default -> Optional.empty();
        };
    List<Expr> all = new ArrayList<>();
    condition.ifPresent(c -> all.addAll(Conditions.conjuncts(c)));
    return List.copyOf(all);
  }

  private static boolean looksForMatches(Merge merge) {
    return merge.whens().stream()
        .noneMatch(w -> w.match() == Merge.When.Match.NOT_MATCHED_BY_SOURCE);
  }
}
