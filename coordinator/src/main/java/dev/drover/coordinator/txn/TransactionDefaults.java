package dev.drover.coordinator.txn;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.settings.DroverSettings;
import dev.drover.coordinator.settings.MemorySize;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.TransactionCommand.Isolation;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a transaction is that does not say otherwise, by the session's settings.
 *
 * @param maxAgeMillis of {@link Snapshots#BOUNDED}
 * @param gatherLimit how much each of its statements may move between nodes
 * @param statementTimeoutMillis how long a statement may take; 0 is without end
 */
public record TransactionDefaults(
    Isolation isolation,
    boolean readOnly,
    Snapshots snapshots,
    long maxAgeMillis,
    MemorySize gatherLimit,
    long statementTimeoutMillis) {
  /** What is seen of several nodes. */
  public enum Snapshots {
    /** One moment, and everything that was acknowledged before. */
    STRICT,
    /** One moment that may be a little old, though not older than what the session has seen. */
    BOUNDED,
    /** Each node's own latest state. */
    OFF;

    /** As a setting. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Optional<Snapshots> of(String text) {
      return Arrays.stream(values()).filter(v -> v.text().equals(text)).findFirst();
    }
  }

  private static final String ISOLATION = "default_transaction_isolation";
  private static final String READ_ONLY = "default_transaction_read_only";
  private static final String STATEMENT_TIMEOUT = "statement_timeout";
  private static final long DEFAULT_AGE_MILLIS = 10;
  private static final long LONGEST_AGE_MILLIS = 10_000;
  private static final long MILLIS_PER_SECOND = 1000;
  private static final MemorySize DEFAULT_GATHER_LIMIT = new MemorySize(1L << 30);
  private static final Pattern TIMEOUT = Pattern.compile("([0-9]{1,10})(ms|s|min|h|d)?");
  private static final Pattern AGE = Pattern.compile("([0-9]{1,9}) *(ms|s)?");

  /** The settings that it follows from. */
  public static final List<String> SETTINGS =
      List.of(
          ISOLATION,
          READ_ONLY,
          DroverSettings.GLOBAL_SNAPSHOT,
          DroverSettings.MAX_AGE,
          DroverSettings.GATHER_LIMIT,
          STATEMENT_TIMEOUT);

  /** As PostgreSQL without settings. */
  public static final TransactionDefaults BUILT_IN =
      new TransactionDefaults(
          Isolation.READ_COMMITTED,
          false,
          Snapshots.STRICT,
          DEFAULT_AGE_MILLIS,
          DEFAULT_GATHER_LIMIT,
          0);

  public TransactionDefaults {
    requireNonNull(isolation);
    requireNonNull(snapshots);
    requireNonNull(gatherLimit);
  }

  /** With those of {@code values} that concern it, as PostgreSQL writes them. */
  public TransactionDefaults with(Map<String, String> values) {
    if (SETTINGS.stream().noneMatch(values::containsKey)) {
      return this;
    }
    return new TransactionDefaults(
        Optional.ofNullable(values.get(ISOLATION))
            .map(TransactionDefaults::isolationOf)
            .orElse(isolation),
        Optional.ofNullable(values.get(READ_ONLY)).map("on"::equals).orElse(readOnly),
        Snapshots.of(values.getOrDefault(DroverSettings.GLOBAL_SNAPSHOT, "")).orElse(snapshots),
        age(values.getOrDefault(DroverSettings.MAX_AGE, "")).orElse(maxAgeMillis),
        MemorySize.of(values.getOrDefault(DroverSettings.GATHER_LIMIT, "")).orElse(gatherLimit),
        timeout(values.getOrDefault(STATEMENT_TIMEOUT, "")).orElse(statementTimeoutMillis));
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

  /** A number of milliseconds, or with a unit; empty for what it cannot be. */
  private static Optional<Long> age(String text) {
    Matcher matcher = AGE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    long millis = "s".equals(matcher.group(2)) ? number * MILLIS_PER_SECOND : number;
    return millis <= LONGEST_AGE_MILLIS ? Optional.of(millis) : Optional.empty();
  }

  /** As PostgreSQL writes it. */
  private static Optional<Long> timeout(String text) {
    Matcher matcher = TIMEOUT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    ChronoUnit unit =
        switch (Optional.ofNullable(matcher.group(2)).orElse("ms")) {
          case "d" -> ChronoUnit.DAYS;
          case "h" -> ChronoUnit.HOURS;
          case "min" -> ChronoUnit.MINUTES;
          case "s" -> ChronoUnit.SECONDS;
          default -> ChronoUnit.MILLIS;
        };
    return Optional.of(Duration.of(Long.parseLong(matcher.group(1)), unit).toMillis());
  }

  /**
   * Servers take anything for settings that they do not know, so the coordinator looks.
   *
   * <p>Raises 22023 for what one of them cannot be, 55P02 for one that nobody can set.
   */
  public static void check(String name, String value) {
    switch (name) {
      case DroverSettings.GLOBAL_SNAPSHOT -> {
        if (Snapshots.of(value).isEmpty()) {
          throw invalid(name, value).withHint("Available values: strict, bounded, off.");
        }
      }
      case DroverSettings.MAX_AGE -> {
        if (age(value).isEmpty()) {
          throw invalid(name, value)
              .withHint("It is at most 10 s; valid units are \"ms\" and \"s\".");
        }
      }
      case DroverSettings.GATHER_LIMIT -> {
        if (MemorySize.of(value).isEmpty()) {
          throw invalid(name, value)
              .withHint(
                  "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and"
                      + " \"TB\".");
        }
      }
      case DroverSettings.GATE, DroverSettings.PAUSED ->
          throw SqlError.of(
              SqlState.CANT_CHANGE_RUNTIME_PARAM,
              "parameter \"%s\" cannot be changed".formatted(name));
      default -> {}
    }
  }

  private static SqlError invalid(String name, String value) {
    return SqlError.of(
        SqlState.INVALID_PARAMETER_VALUE,
        "invalid value for parameter \"%s\": \"%s\"".formatted(name, value));
  }

  public boolean globalSnapshots() {
    return snapshots != Snapshots.OFF;
  }

  public boolean isBounded() {
    return snapshots == Snapshots.BOUNDED;
  }

  /** The default is a view that stays the same from the first statement to the end. */
  public boolean keepsView() {
    return isolation == Isolation.REPEATABLE_READ || isolation == Isolation.SERIALIZABLE;
  }
}
