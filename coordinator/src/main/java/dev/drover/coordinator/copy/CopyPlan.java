package dev.drover.coordinator.copy;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * All that a {@link CopyRouter} must know of its COPY.
 *
 * @param shape the client's rows, with the key fields of {@code target}
 * @param filledColumns number of columns that a {@link DefaultsFiller} puts before the client's
 */
public record CopyPlan(CopyTarget target, RowShape shape, int filledColumns, CopyConfig config) {
  public CopyPlan {
    requireNonNull(target);
    requireNonNull(shape);
    requireNonNull(config);
  }

  /**
   * A plan.
   *
   * @param columns names of the columns that the client sends
   * @param csvEndMarker see {@link RowShape}
   */
  public static CopyPlan of(
      CopyTarget target,
      CopyOptions options,
      List<String> columns,
      boolean csvEndMarker,
      CopyConfig config) {
    int filled =
        target.keys().stream()
            .map(CopyTarget.Key::source)
            .mapToInt(source -> source instanceof CopyTarget.Source.Filled(int i) ? i + 1 : 0)
            .max()
            .orElse(0);
    RowShape shape =
        new RowShape(
            options, columns, SlotFinder.keyPositions(target), csvEndMarker, config.maxRowBytes());
    return new CopyPlan(target, shape, filled, config);
  }

  /** The same with so many columns filled. */
  public CopyPlan withFilledColumns(int columns) {
    if (columns < filledColumns) {
      throw new IllegalArgumentException("a key column is filled beyond " + columns);
    }
    return new CopyPlan(target, shape, columns, config);
  }
}
