package dev.drover.coordinator.txn;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/**
 * The one {@code now()} of a transaction, whatever nodes it touches.
 *
 * <p>Units: microseconds, as PostgreSQL's timestamptz.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class TransactionClock {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int NANOS_PER_MICRO = 1000;

  private final InstantSource source;
  private String value = "";

  public TransactionClock() {
    this(InstantSource.system());
  }

  TransactionClock(InstantSource source) {
    this.source = source;
  }

  /** A timestamptz that reads the same on every node; {@code fresh} for a statement on its own. */
  public String now(boolean fresh) {
    if (fresh || value.isEmpty()) {
      value = format();
    }
    return value;
  }

  private String format() {
    return FORMAT.format(source.instant().truncatedTo(ChronoUnit.MICROS)) + "+00";
  }

  /** Microseconds since 1970, to compare when transactions of several coordinators began. */
  static long wallMicros() {
    Instant now = Instant.now();
    return now.getEpochSecond() * MICROS_PER_SECOND + now.getNano() / NANOS_PER_MICRO;
  }

  /** The transaction has ended. */
  public void reset() {
    value = "";
  }
}
