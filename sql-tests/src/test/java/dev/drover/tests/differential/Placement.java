package dev.drover.tests.differential;

import java.util.List;
import java.util.Locale;

/** How a script's tables are spread over the nodes. */
enum Placement {
  /** By the key on which the statements find rows and join. */
  KEY,
  /** By another column, so that almost every statement spans nodes. */
  UNHELPFUL,
  ROUNDROBIN,
  REPLICATED,
  /** No clause: Drover chooses. */
  DEFAULT;

  /** Whether a constraint that is checked on the key alone can be kept. */
  boolean keepsKeys() {
    return switch (this) {
      case KEY, REPLICATED, DEFAULT -> true;
      case UNHELPFUL, ROUNDROBIN -> false;
    };
  }

  /**
   * The clause of CREATE TABLE.
   *
   * @param choices by the key, then by the unhelpful column
   */
  String clause(List<String> choices) {
    return switch (this) {
      case KEY -> by(choices.getFirst());
      case UNHELPFUL -> by(choices.getLast());
      case ROUNDROBIN -> by("ROUNDROBIN");
      case REPLICATED -> by("REPLICATION");
      case DEFAULT -> "";
    };
  }

  static String by(String distribution) {
    return "DISTRIBUTE BY " + distribution;
  }

  static Placement of(String word) {
    return valueOf(word.strip().toUpperCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
