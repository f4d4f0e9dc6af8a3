package dev.drover.coordinator.settings;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A setting's number of bytes, read and written as PostgreSQL does it: kilobytes without a unit.
 */
public record MemorySize(long bytes) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,10}) *(B|kB|MB|GB|TB)?");
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};
  private static final String DEFAULT_UNIT = "kB";
  private static final int STEP = 1024;

  /** Empty for what is no size. */
  public static Optional<MemorySize> of(String text) {
    Matcher matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String unit = matcher.group(2) == null ? DEFAULT_UNIT : matcher.group(2);
    long bytes = Long.parseLong(matcher.group(1));
    for (int i = 0; !UNITS[i].equals(unit); i++) {
      bytes *= STEP;
    }
    return Optional.of(new MemorySize(bytes));
  }

  /** In the greatest unit that it is a whole number of. */
  @Override
  public String toString() {
    long number = bytes;
    int unit = 0;
    while (number > 0 && number % STEP == 0 && unit < UNITS.length - 1) {
      number /= STEP;
      unit++;
    }
    return number + UNITS[unit];
  }
}
