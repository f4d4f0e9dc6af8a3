package dev.drover.planner.text;

import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Texts of values that lose nothing on their way to another server. A server prints no more digits
 * of the floating-point numbers within a value than the session's {@code extra_float_digits} says;
 * so it is asked for the text that it prints under other settings, after the value is computed
 * under the session's.
 */
public final class ExactText {
  private static final int FIRST_USER_OID = 16384;

  /** Arrays of floating-point numbers, geometric types, and arrays of these. */
  private static final Set<Integer> BUILT_IN =
      Set.of(1021, 1022, 600, 601, 602, 603, 604, 628, 718, 1017, 1018, 1019, 1020, 1027, 629, 719);

  /** Dates and times, intervals, bytes. */
  private static final Set<Integer> STYLED = Set.of(1082, 1083, 1114, 1184, 1266, 1186, 17);

  private ExactText() {}

  /**
   * Whether values of the type may have such numbers within them; those that are numbers themselves
   * travel in binary format. Of a domain, the OID is that of what it is over.
   */
  public static boolean isNeeded(int typeOid) {
    return BUILT_IN.contains(typeOid) || Integer.compareUnsigned(typeOid, FIRST_USER_OID) >= 0;
  }

  /** Whether the session's settings decide how values of the type are written, but nothing else. */
  public static boolean hasStyles(int typeOid) {
    return STYLED.contains(typeOid);
  }

  /** The text of an expression's value. */
  public static SqlText of(SqlText expression) {
    return new TextBuilder().add("drover.exact(").add(expression).add(")").build();
  }

  /**
   * The rows of a query, with texts in the place of some columns.
   *
   * @param inexact of each column, whether its text is asked for
   * @param hidden columns behind those, which stay as they are
   */
  public static SqlText ofRows(SqlText query, List<Boolean> inexact, int hidden) {
    if (!inexact.contains(true)) {
      return query;
    }
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < inexact.size() + hidden; i++) {
      String name = "\"c" + (i + 1) + '"';
      boolean isText = i < inexact.size() && inexact.get(i);
      names.add(name);
      values.add(isText ? "drover.exact(" + name + ")" : name);
    }
    return new TextBuilder()
        .add("SELECT " + String.join(", ", values) + " FROM (")
        .add(query)
        .add(") AS \"drover$v\" (" + String.join(", ", names) + ")")
        .build();
  }
}
