package dev.drover.coordinator.metrics;

import dev.drover.planner.plan.Plan;
import java.util.Locale;

/** What a statement is counted as: how it is carried out. */
public enum StatementKind {
  LOCAL,
  ONE_NODE,
  ANY_NODE,
  ALL_NODES,
  FRAGMENTS,
  REPLICATED_WRITE,
  INSERT,
  CHANGE,
  COPY,
  UTILITY,
  CONTROL,
  EXPLAIN;

  public static StatementKind of(Plan plan) {
    return switch (plan) {
      case Plan.Local _, Plan.Deferred _ -> LOCAL;
      case Plan.OneNode _, Plan.AtCursor _ -> ONE_NODE;
      case Plan.AnyNode _ -> ANY_NODE;
      case Plan.AllNodes _ -> ALL_NODES;
      case Plan.Fragments _ -> FRAGMENTS;
      case Plan.ReplicatedWrite _ -> REPLICATED_WRITE;
      case Plan.InsertRows _, Plan.InsertFrom _ -> INSERT;
      case Plan.Change _ -> CHANGE;
      case Plan.CopyIn _, Plan.CopyLocal _, Plan.CopyOut _ -> COPY;
      case Plan.Utility _, Plan.Broadcast _ -> UTILITY;
      case Plan.Control _ -> CONTROL;
      case Plan.Explain _ -> EXPLAIN;
    };
  }

  /** As it is shown. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
