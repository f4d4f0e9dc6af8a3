package dev.drover.coordinator.exec;

import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.StatementFacts;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parameters of the user's own types that the text for a node does not mention, as happens when the
 * rows of an INSERT are split. Their types have other OIDs there, so the server is to infer them,
 * and cannot infer what it does not see.
 *
 * <p>Threads: stateless.
 */
final class UnusedParameters {
  /** Types above are the user's, whose OIDs differ between servers. */
  private static final int FIRST_USER_OID = 16384;

  private static final int TEXT = 25;
  private static final Pattern PARAMETER = Pattern.compile("\\$([0-9]{1,5})");

  /** Never changed. */
  private static final BitSet NONE = new BitSet();

  private UnusedParameters() {}

  /** Indexes from 0; without a look at the text when there is no parameter of such types. */
  static BitSet of(StatementFacts facts, SqlText sql, Rendering rendering) {
    List<Integer> types = facts.parameterTypes();
    BitSet unused = NONE;
    for (int i = 0; i < types.size(); i++) {
      if (isUserType(types.get(i))) {
        unused = unused.isEmpty() ? new BitSet() : unused;
        unused.set(i);
      }
    }
    if (!unused.isEmpty()) {
      removeMentioned(unused, rendering.string(sql));
    }
    return unused;
  }

  private static void removeMentioned(BitSet unused, String sql) {
    Matcher mentioned = PARAMETER.matcher(sql);
    while (mentioned.find()) {
      int number = Integer.parseInt(mentioned.group(1));
      if (number > 0) {
        unused.clear(number - 1);
      }
    }
  }

  /** The types to prepare a text with; 0 for what the server is to infer. */
  static int[] types(StatementFacts facts, BitSet unused) {
    int[] types = new int[facts.parameterTypes().size()];
    for (int i = 0; i < types.length; i++) {
      int oid = facts.parameterTypes().get(i);
      int inferred = unused.get(i) ? TEXT : 0;
      types[i] = isUserType(oid) ? inferred : oid;
    }
    return types;
  }

  private static boolean isUserType(int oid) {
    return Integer.compareUnsigned(oid, FIRST_USER_OID) >= 0;
  }
}
