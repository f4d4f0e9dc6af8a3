package dev.drover.planner.hash;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads intervals as PostgreSQL prints them in its own style: {@code 1 year 2 mons -3 days
 * 04:05:06.789}. A text whose signs the {@code sql_standard} style would read in another way is not
 * accepted.
 */
final class IntervalText {
  private static final int MAX_LENGTH = 80;
  private static final long DAYS_PER_MONTH = 30;

  private static final Pattern FORM =
      Pattern.compile(
          "(?:([+-]?\\d{1,7}) years?)?"
              + " ?(?:([+-]?\\d{1,8}) mons?)?"
              + " ?(?:([+-]?\\d{1,9}) days?)?"
              + " ?(?:([+-]?)(\\d{2,9}):(\\d{2}):(\\d{2})(?:\\.(\\d{1,6}))?)?");

  private static final Pattern UNSIGNED_LATER_FIELD = Pattern.compile(" \\d");

  private long value;

  /** Microseconds, with months of 30 days, of which the low 64 bits are hashed. */
  long value() {
    return value;
  }

  boolean read(byte[] text, int offset, int length) {
    if (length == 0 || length > MAX_LENGTH) {
      return false;
    }
    String form = new String(text, offset, length, StandardCharsets.UTF_8);
    Matcher matcher = FORM.matcher(form);
    if (!matcher.matches() || form.isBlank() || signsAreAmbiguous(form)) {
      return false;
    }
    long months = 12 * number(matcher, 1) + number(matcher, 2);
    value = of(time(matcher), number(matcher, 3), months);
    return true;
  }

  static long of(long micros, long days, long months) {
    return micros + (months * DAYS_PER_MONTH + days) * DateTimeText.MICROS_PER_DAY;
  }

  /** One leading minus is applied to every unsigned field in the {@code sql_standard} style. */
  private static boolean signsAreAmbiguous(String form) {
    return form.startsWith("-") && UNSIGNED_LATER_FIELD.matcher(form).find();
  }

  /** Zero for a group that is absent. */
  private static long number(Matcher matcher, int group) {
    return matcher.start(group) < 0 ? 0 : Long.parseLong(matcher.group(group));
  }

  private static long time(Matcher matcher) {
    if (matcher.start(5) < 0) {
      return 0;
    }
    long seconds = number(matcher, 5) * 3600 + number(matcher, 6) * 60 + number(matcher, 7);
    String fraction = matcher.start(8) < 0 ? "" : matcher.group(8);
    long micros =
        seconds * DateTimeText.MICROS_PER_SECOND
            + Long.parseLong((fraction + "000000").substring(0, 6));
    return matcher.group(4).equals("-") ? -micros : micros;
  }
}
