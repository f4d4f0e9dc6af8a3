package dev.drover.agent.postgres;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a PostgreSQL server, as in {@code postgres (PostgreSQL) 18.6}.
 *
 * <p>Invariant: at least {@link #OLDEST_MAJOR}.
 */
public record PostgresVersion(int major, String text) {
  /** Older servers lack what distributed tables need. */
  public static final int OLDEST_MAJOR = 15;

  private static final Pattern FORM = Pattern.compile("\\(PostgreSQL\\) ((\\d+)[.\\w]*)");

  public PostgresVersion {
    if (major < OLDEST_MAJOR) {
      throw new ServerFailedException(
          "PostgreSQL %s is too old: %d or newer is needed".formatted(text, OLDEST_MAJOR));
    }
  }

  /** Reads what {@code postgres --version} prints. */
  public static PostgresVersion parse(String output) {
    Matcher matcher = FORM.matcher(output);
    if (!matcher.find()) {
      throw new ServerFailedException("not a PostgreSQL version: " + output);
    }
    return new PostgresVersion(Integer.parseInt(matcher.group(2)), matcher.group(1));
  }
}
