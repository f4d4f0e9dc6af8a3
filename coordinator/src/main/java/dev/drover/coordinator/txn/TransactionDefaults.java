package dev.drover.coordinator.txn;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.settings.DroverSettings;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.TransactionCommand.Isolation;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a transaction is that does not say otherwise, by the session's settings.
 *
 * @param globalSnapshots what it sees of several nodes is of one moment; else each node's own
 */
public record TransactionDefaults(Isolation isolation, boolean readOnly, boolean globalSnapshots) {
  private static final String ISOLATION = "default_transaction_isolation";
  private static final String READ_ONLY = "default_transaction_read_only";
  private static final String STRICT = "strict";
  private static final String OFF = "off";

  /** The settings that it follows from. */
  public static final List<String> SETTINGS =
      List.of(ISOLATION, READ_ONLY, DroverSettings.GLOBAL_SNAPSHOT);

  /** As PostgreSQL without settings. */
  public static final TransactionDefaults BUILT_IN =
      new TransactionDefaults(Isolation.READ_COMMITTED, false, true);

  public TransactionDefaults {
    requireNonNull(isolation);
  }

  /** With those of {@code values} that concern it, as PostgreSQL writes them. */
  public TransactionDefaults with(Map<String, String> values) {
    String level = values.get(ISOLATION);
    String restricted = values.get(READ_ONLY);
    String snapshot = values.getOrDefault(DroverSettings.GLOBAL_SNAPSHOT, "");
    if (level == null && restricted == null && snapshot.isEmpty()) {
      return this;
    }
    return new TransactionDefaults(
        level == null ? isolation : isolationOf(level),
        restricted == null ? readOnly : restricted.equals("on"),
        snapshot.isEmpty() ? globalSnapshots : !snapshot.equals(OFF));
  }

  /** The level of that name, in any case. */
  public static Isolation isolationOf(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "serializable" -> Isolation.SERIALIZABLE;
      case "repeatable read" -> Isolation.REPEATABLE_READ;
      case "read uncommitted" -> Isolation.READ_UNCOMMITTED;
      default -> Isolation.READ_COMMITTED;
    };
  }

  /**
   * Raises 22023 for what {@link DroverSettings#GLOBAL_SNAPSHOT} cannot be; servers take anything
   * for it.
   *
   * @param value as the client wrote it
   */
  public static void checkGlobalSnapshot(String value) {
    if (!value.equals(STRICT) && !value.equals(OFF)) {
      throw SqlError.of(
              SqlState.INVALID_PARAMETER_VALUE,
              "invalid value for parameter \"%s\": \"%s\""
                  .formatted(DroverSettings.GLOBAL_SNAPSHOT, value))
          .withHint("Available values: strict, off.");
    }
  }

  /** The default is a view that stays the same from the first statement to the end. */
  public boolean keepsView() {
    return isolation == Isolation.REPEATABLE_READ || isolation == Isolation.SERIALIZABLE;
  }
}
