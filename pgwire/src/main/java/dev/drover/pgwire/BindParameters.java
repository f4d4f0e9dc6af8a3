package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Values for the parameters of a statement, with their formats.
 *
 * <p>Formats follow Bind's rule: none means text, one stands for all, else one each. A value that
 * is null is SQL's NULL. The byte arrays are shared, not copied.
 */
public final class BindParameters {
  private static final BindParameters NONE = new BindParameters(new int[0], List.of());

  private final int[] formats;
  private final List<byte[]> values;

  private BindParameters(int[] formats, List<byte[]> values) {
    this.formats = requireNonNull(formats);
    this.values = requireNonNull(values);
    if (formats.length > 1 && formats.length != values.size()) {
      throw new IllegalArgumentException(
          "%d formats for %d parameters".formatted(formats.length, values.size()));
    }
  }

  public static BindParameters none() {
    return NONE;
  }

  public static BindParameters of(int[] formats, List<byte[]> values) {
    return new BindParameters(
        formats.clone(), Collections.unmodifiableList(new ArrayList<>(values)));
  }

  /** Values in text format. */
  public static BindParameters text(List<byte[]> values) {
    return of(new int[0], values);
  }

  /** Values in binary format. */
  public static BindParameters binary(List<byte[]> values) {
    return of(new int[] {Protocol.BINARY_FORMAT}, values);
  }

  int[] formats() {
    return formats;
  }

  /** The values; null stands for NULL. */
  public List<byte[]> values() {
    return values;
  }
}
