package dev.drover.coordinator.fragments;

import dev.drover.coordinator.copy.DataRowToCopy;
import dev.drover.coordinator.copy.ExactFloats;
import dev.drover.planner.plan.Exchange;
import java.util.List;

/**
 * In which form rows travel from one server to another: nothing of a value may get lost, whatever
 * the session's settings say. Values are binary where that means the same on every server, else
 * text, but for floating-point numbers.
 *
 * <p>Threads: immutable.
 *
 * @param floats columns that are binary among those that are text
 */
public record RowForm(boolean binary, ExactFloats floats) {
  private static final int[] BINARY = {1};

  public static RowForm of(Exchange exchange) {
    List<String> types = exchange.columns().stream().map(Exchange.Column::type).toList();
    return types.stream().allMatch(BinaryColumns::isBuiltIn)
        ? new RowForm(true, ExactFloats.NONE)
        : new RowForm(false, ExactFloats.ofNames(types));
  }

  /** For columns of these types, which need not mean the same everywhere. */
  public static RowForm text(List<Integer> types) {
    return new RowForm(false, ExactFloats.ofTypes(types));
  }

  /** What to ask a server for, as Bind takes it. */
  public int[] formats() {
    return binary ? BINARY.clone() : floats.formats();
  }

  /** Whether values of this column are in binary format. */
  boolean isBinary(int column) {
    return binary || floats.isBinary(column);
  }

  /** The statement that takes the rows. */
  String copy(String target) {
    return "COPY " + target + " FROM STDIN" + (binary ? " (FORMAT binary)" : "");
  }

  /** For one stream of rows. */
  DataRowToCopy toCopy() {
    return binary ? DataRowToCopy.binary() : DataRowToCopy.text(floats);
  }
}
