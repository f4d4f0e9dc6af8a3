package dev.drover.planner.placement;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.analysis.Mentions;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.context.FunctionRules;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.QualifiedName;
import dev.drover.planner.sql.QueryPart;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks a statement for what may not run where its tables are. */
public final class Refusals {
  private final Analysis analysis;

  public Refusals(Analysis analysis) {
    this.analysis = analysis;
  }

  /** Functions that read or write distributed tables would see a part of them anywhere. */
  public void checkReach() {
    for (Mentions.Call call : analysis.mentions().calls()) {
      switch (analysis.functions().reach(call.call())) {
        case NONE, REPLICATED_READ -> {}
        case DISTRIBUTED -> throw reach(call.call(), "reads or writes distributed tables");
        case UNKNOWN -> throw reach(call.call(), "may read or write distributed tables");
      }
    }
  }

  private static SqlError reach(Expr.FunctionCall call, String what) {
    return SqlError.notSupported("function " + call.name().text() + " " + what)
        .withDetail("Inside of a function only the rows of one node can be seen.")
        .withHint(
            "If the function touches no table, say so: ALTER FUNCTION ... SET drover.reach ="
                + " 'none'.");
  }

  public boolean readsReplicated() {
    return analysis.mentions().calls().stream()
        .anyMatch(c -> analysis.functions().reach(c.call()) == Routine.Reach.REPLICATED_READ);
  }

  /** For a statement that runs on datanodes. */
  public void checkDatanodes() {
    checkReach();
    if (!analysis.mentions().catalogRelations().isEmpty()) {
      throw Unsupported.mixed(analysis.mentions().catalogRelations().getFirst().name().local());
    }
    for (Expr.Cast cast : analysis.mentions().objectNames()) {
      throw Unsupported.error(
          "casts to " + cast.type().name().local() + " in statements over distributed tables");
    }
    for (Resolved.OfSystem system : analysis.mentions().systemColumns()) {
      if (system.column().equals("tableoid")) {
        throw Unsupported.error("references to tableoid of distributed tables");
      }
    }
    for (Mentions.Call call : analysis.mentions().calls()) {
      checkSession(call.call());
    }
  }

  /** For a statement that the catalog node runs over rows that were gathered there. */
  public void checkGathered() {
    checkReach();
    if (readsReplicated()) {
      throw Unsupported.error(
          "functions that read replicated tables in statements whose rows are gathered");
    }
    for (Resolved.OfSystem system : analysis.mentions().systemColumns()) {
      if (!system.column().equals("tableoid")) {
        throw Unsupported.error(
            "references to " + system.column() + " over several nodes or leaves");
      }
    }
    for (Mentions.Call call : analysis.mentions().calls()) {
      checkSession(call.call());
      checkSequence(call);
    }
  }

  /** The client's session is asked once, before anything is drawn, and hears of no drawing. */
  private void checkSequence(Mentions.Call call) {
    FunctionRules functions = analysis.functions();
    boolean draws =
        analysis.mentions().calls().stream()
            .map(Mentions.Call::call)
            .anyMatch(functions::drawsFromSequence);
    boolean asks = call.inText() && functions.asksSession(call.call()) && !draws;
    if (!asks
        && functions.isSequenceCall(call.call())
        && !functions.drawsFromSequence(call.call())) {
      throw sequence(call.call());
    }
  }

  private void checkSession(Expr.FunctionCall call) {
    if (analysis.functions().isSessionCall(call)) {
      throw Unsupported.error(
          "calls of " + call.name().local() + " in statements over distributed tables");
    }
  }

  /** Sequences are on the catalog node. */
  public void checkSequences() {
    for (Mentions.Call call : analysis.mentions().calls()) {
      if (analysis.functions().isSequenceCall(call.call())) {
        throw sequence(call.call());
      }
    }
  }

  private static SqlError sequence(Expr.FunctionCall call) {
    return Unsupported.error(
            "calls of " + call.name().local() + " in statements over distributed tables")
        .withHint("Call it in a statement of its own, or in the VALUES of an INSERT.");
  }

  /** A row's place identifies it in one leaf only. */
  public void checkRowPlaces() {
    for (Resolved.OfSystem system : analysis.mentions().systemColumns()) {
      if (system.column().equals("ctid")) {
        throw Unsupported.error("references to ctid over several nodes or leaves");
      }
    }
  }

  /** A row of a replicated table is locked on its primary, or it is not locked for others. */
  public void checkLockedCopies() {
    for (QueryPart.Locking lock : analysis.mentions().locks()) {
      Set<String> named = lock.of().stream().map(QualifiedName::local).collect(Collectors.toSet());
      boolean known = analysis.tables().stream().map(TableUse::name).toList().containsAll(named);
      boolean all = named.isEmpty() || !known;
      boolean copies =
          analysis.tables().stream()
              .filter(t -> all || named.contains(t.name()))
              .anyMatch(t -> t.relation().distribution() instanceof Distribution.Replicated);
      if (copies) {
        throw Unsupported.error(
                "row locks on replicated tables in statements over other distributed tables")
            .withHint("Name the tables to lock, as in FOR UPDATE OF name.");
      }
    }
  }

  /** For a statement that several nodes run. */
  public void checkSeveralNodes() {
    checkRowPlaces();
    for (Mentions.Call call : analysis.mentions().calls()) {
      if (!call.outermost() && analysis.functions().isVolatile(call.call())) {
        throw Unsupported.error(
            "volatile functions ("
                + call.call().name().local()
                + ") in subqueries over several nodes");
      }
    }
  }
}
