package dev.drover.redistribute.decode;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The values of a row, by their types' output functions; empty for NULL.
 *
 * @param unchanged columns whose stored values were not touched and are not told
 */
record Tuple(List<Optional<String>> values, BitSet unchanged) {
  Tuple {
    values = List.copyOf(values);
  }

  /** With the values that are not told taken from the row as it was. */
  Tuple completedBy(Tuple old) {
    if (unchanged.isEmpty()) {
      return this;
    }
    List<Optional<String>> complete = new ArrayList<>(values);
    unchanged.stream().forEach(column -> complete.set(column, old.values.get(column)));
    return new Tuple(complete, new BitSet());
  }

  boolean isComplete() {
    return unchanged.isEmpty();
  }
}
