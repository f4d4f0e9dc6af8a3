package dev.drover.planner.analysis;

import java.util.List;
import java.util.Optional;

/** An item that FROM adds to the names an expression can use; equal only to itself. */
public sealed interface Source permits TableUse, Derived, Rows {
  /** Empty when the item has none. */
  String name();

  /** Empty when the columns are not known here. */
  Optional<List<String>> columns();
}
