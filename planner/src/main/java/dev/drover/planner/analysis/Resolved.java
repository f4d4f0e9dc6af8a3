package dev.drover.planner.analysis;

/** What a column reference means. */
public sealed interface Resolved {
  /** A column of a source, of this block or of one around it. */
  record OfColumn(Variable variable) implements Resolved {}

  /** A whole row of a source. */
  record OfRow(Source source) implements Resolved {}

  /** {@code *} or {@code t.*}. */
  record OfStar() implements Resolved {}

  /** {@code ctid}, {@code tableoid} and their like. */
  record OfSystem(TableUse table, String column) implements Resolved {}

  /** The name of an output column, in ORDER BY or GROUP BY. */
  record OfOutput(String name) implements Resolved {}

  /** Cannot be told here. */
  record Unknown() implements Resolved {}
}
