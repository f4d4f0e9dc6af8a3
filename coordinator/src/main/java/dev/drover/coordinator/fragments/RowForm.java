package dev.drover.coordinator.fragments;

import dev.drover.coordinator.copy.DataRowToCopy;
import dev.drover.coordinator.copy.ExactFloats;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.text.ExactText;
import java.util.List;
import java.util.stream.IntStream;

/**
 * In which form rows travel from one server to another: nothing of a value may get lost, whatever
 * the session's settings say. Values are binary where that means the same on every server, else
 * text, but for floating-point numbers; values that have such numbers within them are asked for as
 * texts that lose nothing.
 *
 * <p>Threads: immutable.
 *
 * @param floats columns that are binary among those that are text
 * @param inexact of each column, whether its own text might lose something; without one empty
 */
public record RowForm(boolean binary, ExactFloats floats, List<Boolean> inexact) {
  /** Texts as the session's settings have them. */
  static final RowForm TEXT = text(List.of());

  private static final int[] BINARY = {1};

  public RowForm {
    inexact = List.copyOf(inexact);
  }

  public static RowForm of(Exchange exchange) {
    List<String> types = exchange.columns().stream().map(Exchange.Column::type).toList();
    return types.stream().allMatch(BinaryColumns::isBuiltIn)
        ? new RowForm(true, ExactFloats.NONE, List.of())
        : new RowForm(false, ExactFloats.ofNames(types), inexact(types, exchange.route()));
  }

  /** Keys are read here, so they have to be written in one way. */
  private static List<Boolean> inexact(List<String> types, Exchange.Route route) {
    List<Integer> key = route instanceof Exchange.Route.ByKey by ? by.key() : List.of();
    return IntStream.range(0, types.size())
        .mapToObj(
            i ->
                BinaryColumns.mayLoseDigits(types.get(i))
                    || (key.contains(i) && BinaryColumns.hasStyles(types.get(i))))
        .toList();
  }

  /** For columns of these types, which need not mean the same everywhere, as they are. */
  public static RowForm text(List<Integer> types) {
    return new RowForm(false, ExactFloats.ofTypes(types), List.of());
  }

  /** The query whose rows are sent. */
  SqlText query(SqlText rows) {
    return ExactText.ofRows(rows, inexact, 0);
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
