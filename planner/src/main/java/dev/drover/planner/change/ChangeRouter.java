package dev.drover.planner.change;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.SourceText;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.ChangedTable;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.pull.PullFilters;
import dev.drover.planner.pull.PullUp;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.Update;
import dev.drover.planner.target.ChangeTarget;
import dev.drover.planner.target.InsertShape;
import dev.drover.planner.text.SpliceText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The plan that serves any statement that changes rows: the rows that it reads and may change come
 * to the catalog node, the statement runs there, and what has changed is changed on the nodes.
 */
public final class ChangeRouter {
  private final Analysis analysis;
  private final List<ChangeTarget> targets = new ArrayList<>();

  /** {@code main} is empty for a query that changes rows in WITH only. */
  public ChangeRouter(Analysis analysis, Optional<ChangeTarget> main) {
    this.analysis = analysis;
    main.ifPresent(targets::add);
  }

  /** In the place of what was refused; throws the refusal when it does not serve either. */
  public Plan unless(SqlError refusal) {
    if (refusal.state() != SqlState.FEATURE_NOT_SUPPORTED) {
      throw refusal;
    }
    return instead().orElseThrow(() -> refusal);
  }

  /** Empty when it does not serve. */
  public Optional<Plan> instead() {
    return addTargetsInWith() && serves() ? Optional.of(plan()) : Optional.empty();
  }

  private Plan plan() {
    Map<Relation, List<ChangeTarget>> changed = new LinkedHashMap<>();
    targets.forEach(
        t -> changed.computeIfAbsent(t.table().relation(), _ -> new ArrayList<>()).add(t));
    Map<Source, String> kept = new LinkedHashMap<>();
    for (Relation relation : changed.keySet()) {
      String name = ChangeTables.TEMPORARY + "drover_t" + (kept.size() + 1);
      changed.get(relation).forEach(t -> kept.put(t.table(), name));
    }
    targets.forEach(t -> t.views().forEach(v -> kept.put(v.derived(), temporary(v))));
    PullUp pull = new PullUp(analysis, new PullFilters(analysis, targets), kept);
    SpliceText text = pull.splices(analysis.mentions().text());
    targets.forEach(t -> spellOut(t, text));
    List<ChangedTable> tables =
        changed.values().stream()
            .map(of -> new ChangeTables(analysis, of, kept, pull).plan())
            .toList();
    return new Plan.Change(tables, pull.exchanges(), text.render(analysis.span()), verb());
  }

  /** Messages of PostgreSQL show a view's name, so the temporary one has the same. */
  private static String temporary(SourceText.ViewUse view) {
    return ChangeTables.TEMPORARY + SqlNames.quote(view.derived().view().orElseThrow().name());
  }

  private String verb() {
    return switch (analysis.parsed().statement()) {
      case Insert _ -> "INSERT";
      case Update _ -> "UPDATE";
      case Delete _ -> "DELETE";
      case Merge _ -> "MERGE";
      default -> "SELECT";
    };
  }

  /** Where a row has more columns than the user knows of, {@code *} would show them. */
  private static void spellOut(ChangeTarget target, SpliceText text) {
    boolean throughView = target.view().isPresent();
    if (throughView
        || !(target.statement() instanceof Insert insert)
        || insert.returning().isEmpty()) {
      return;
    }
    for (QueryPart.Target returned : insert.returning().get().targets()) {
      if (returned.value() instanceof Expr.ColumnRef(_, _, var star) && star) {
        text.replace(returned.span(), InsertShape.names(target.table().relation().columns()));
      }
    }
  }

  private boolean addTargetsInWith() {
    for (Mentions.Change change : analysis.mentions().changes()) {
      Source source = change.block().scope().sources().getFirst();
      Optional<ChangeTarget> target =
          ChangeTarget.of(analysis, change.statement(), source, change.block());
      if (target.isEmpty()) {
        return false;
      }
      targets.add(target.get());
    }
    return !targets.isEmpty();
  }

  private boolean serves() {
    return analysis.mentions().calls().stream().allMatch(this::serves)
        && analysis.mentions().systemColumns().stream().allMatch(s -> s.column().equals("tableoid"))
        && RelationNames.collect(analysis.parsed().statement(), Expr.Special.class).stream()
            .noneMatch(Expr.Special::isCurrentOf)
        && targets.stream().allMatch(ChangeRouter::serves);
  }

  private boolean serves(Mentions.Call mention) {
    FunctionRules functions = analysis.functions();
    Expr.FunctionCall call = mention.call();
    boolean asks = mention.inText() && functions.asksSession(call) && !draws();
    return functions.reach(call) == Routine.Reach.NONE
        && !functions.isSessionCall(call)
        && (!functions.isSequenceCall(call) || functions.drawsFromSequence(call) || asks);
  }

  /** The statement takes values from sequences, so that what the session knows of them changes. */
  private boolean draws() {
    boolean calls =
        analysis.mentions().calls().stream()
            .map(Mentions.Call::call)
            .anyMatch(analysis.functions()::drawsFromSequence);
    return calls
        || targets.stream()
            .filter(ChangeTarget::inserts)
            .flatMap(t -> t.table().relation().columns().stream())
            .anyMatch(c -> c.identity() != Column.Identity.NONE || !c.constantDefault());
  }

  private static boolean serves(ChangeTarget target) {
    return target.table().relation().distributed()
        && target.table().relation().leafAccess()
        && !(target.statement() instanceof Insert insert && isSpecial(insert, target));
  }

  /** Only identity columns know OVERRIDING USER VALUE. */
  private static boolean isSpecial(Insert insert, ChangeTarget target) {
    boolean rowTypes = insert.onConflict().isPresent() && target.table().namesRowType();
    return rowTypes || putsIdentityAside(insert, target);
  }

  private static boolean putsIdentityAside(Insert insert, ChangeTarget target) {
    return insert.overriding() == Insert.Overriding.USER_VALUE
        && target.table().relation().columns().stream()
            .anyMatch(c -> c.identity() != Column.Identity.NONE);
  }
}
