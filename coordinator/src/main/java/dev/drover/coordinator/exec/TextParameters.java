package dev.drover.coordinator.exec;

import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import java.util.List;

/**
 * What a text that a server keeps prepared takes as parameters, behind those of the client, because
 * it differs from one execution to the next: literals, and the transaction's timestamp.
 *
 * @param client how many parameters are the client's
 * @param literalTypes of all lifted literals, which are the next parameters in their order; or
 *     empty, when literals stay in the text
 * @param clock the last parameter is the timestamp
 */
record TextParameters(int client, List<Integer> literalTypes, boolean clock) {
  private static final int TIMESTAMPTZ = 1184;

  /** All holes are filled in the text. */
  static final TextParameters NONE = new TextParameters(0, List.of(), false);

  /** Those of a text that is kept. */
  static TextParameters of(SqlText sql, int client, List<Integer> literalTypes) {
    boolean clock = showsClock(sql);
    return clock || !literalTypes.isEmpty()
        ? new TextParameters(client, literalTypes, clock)
        : NONE;
  }

  private static boolean showsClock(SqlText sql) {
    List<Piece> pieces = sql.pieces();
    for (int i = 0; i < pieces.size(); i++) {
      if (pieces.get(i) instanceof Piece.Now) {
        return true;
      }
    }
    return false;
  }

  boolean isEmpty() {
    return count() == 0;
  }

  /** Without the client's. */
  int count() {
    return literalTypes.size() + (clock ? 1 : 0);
  }

  boolean takesLiterals() {
    return !literalTypes.isEmpty();
  }

  /** The number of a literal's parameter. */
  int ofLiteral(int ordinal) {
    return client + ordinal + 1;
  }

  /** The number of the timestamp's parameter. */
  int ofClock() {
    return client + literalTypes.size() + 1;
  }

  /** All types to prepare the text with. */
  int[] types(int[] ofClient) {
    if (isEmpty()) {
      return ofClient;
    }
    int[] types = new int[client + count()];
    System.arraycopy(ofClient, 0, types, 0, client);
    for (int i = 0; i < literalTypes.size(); i++) {
      types[client + i] = literalTypes.get(i);
    }
    if (clock) {
      types[types.length - 1] = TIMESTAMPTZ;
    }
    return types;
  }
}
