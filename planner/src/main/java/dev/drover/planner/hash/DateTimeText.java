package dev.drover.planner.hash;

/**
 * Reads dates and times in the one form that means the same under every {@code DateStyle} and
 * {@code TimeZone}: {@code 2026-11-22 04:35:35.5+05:30 BC}. Whatever else PostgreSQL may take is
 * not accepted.
 */
final class DateTimeText {
  static final long MICROS_PER_SECOND = 1_000_000L;
  static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

  /** 2000-01-01 as days since 1970-01-01. */
  private static final long POSTGRES_EPOCH_DAY = 10_957;

  private static final int MAX_YEAR_DIGITS = 7;
  private static final int MAX_YEAR = 5_874_897;
  private static final int MAX_TIMESTAMP_YEAR = 294_276;
  private static final int FRACTION_DIGITS = 6;
  private static final int MAX_ZONE_HOURS = 15;

  private byte[] text = {};
  private int at;
  private int end;
  private int year;
  private long days;
  private long micros;
  private int fractionDigits;
  private int secondsWest;

  /** Days since 2000-01-01. */
  long days() {
    return days;
  }

  /** Since midnight, or since 2000-01-01 for timestamps. */
  long micros() {
    return micros;
  }

  int secondsWest() {
    return secondsWest;
  }

  /** Digits after the seconds' decimal point. */
  int fractionDigits() {
    return fractionDigits;
  }

  boolean readDate(byte[] bytes, int offset, int length) {
    start(bytes, offset, length);
    return date() && era() && at == end && computeDays();
  }

  boolean readTime(byte[] bytes, int offset, int length) {
    start(bytes, offset, length);
    return time(true) && at == end;
  }

  boolean readTimeTz(byte[] bytes, int offset, int length) {
    start(bytes, offset, length);
    return time(true) && zone() && at == end;
  }

  boolean readTimestamp(byte[] bytes, int offset, int length, boolean withZone) {
    start(bytes, offset, length);
    if (!date()) {
      return false;
    }
    boolean hasTime = at < end && (text[at] == ' ' || text[at] == 'T') && isDigit(at + 1);
    if (hasTime) {
      at++;
      if (!time(false)) {
        return false;
      }
    }
    if (withZone && !(hasTime && zone())) {
      return false;
    }
    if (!era() || at != end || !computeDays() || year > MAX_TIMESTAMP_YEAR) {
      return false;
    }
    micros += days * MICROS_PER_DAY + secondsWest * MICROS_PER_SECOND;
    return true;
  }

  private void start(byte[] bytes, int offset, int length) {
    text = bytes;
    at = offset;
    end = offset + length;
    micros = 0;
    fractionDigits = 0;
    secondsWest = 0;
  }

  private boolean isDigit(int position) {
    return position < end && text[position] >= '0' && text[position] <= '9';
  }

  private boolean take(char expected) {
    if (at < end && text[at] == expected) {
      at++;
      return true;
    }
    return false;
  }

  /** Two digits, or -1. */
  private int twoDigits() {
    if (!isDigit(at) || !isDigit(at + 1)) {
      return -1;
    }
    int value = (text[at] - '0') * 10 + text[at + 1] - '0';
    at += 2;
    return value;
  }

  private int month;
  private int day;

  private boolean date() {
    int from = at;
    year = 0;
    while (isDigit(at) && at - from < MAX_YEAR_DIGITS) {
      year = year * 10 + text[at++] - '0';
    }
    if (at - from < 4 || year == 0 || year > MAX_YEAR || !take('-')) {
      return false;
    }
    month = twoDigits();
    if (!take('-')) {
      return false;
    }
    day = twoDigits();
    return month >= 1 && month <= 12 && day >= 1;
  }

  private boolean era() {
    if (at == end) {
      return true;
    }
    if (take(' ') && take('B') && take('C')) {
      year = 1 - year;
      return true;
    }
    return false;
  }

  private boolean computeDays() {
    boolean leap =
        Math.floorMod(year, 4) == 0
            && (Math.floorMod(year, 100) != 0 || Math.floorMod(year, 400) == 0);
    int longest = month == 2 ? (leap ? 29 : 28) : 30 + (month + (month >> 3)) % 2;
    days = epochDay(year, month, day) - POSTGRES_EPOCH_DAY;
    return day <= longest;
  }

  /** Days since 1970-01-01 in the proleptic Gregorian calendar; years begin in March inside. */
  private static long epochDay(int year, int month, int day) {
    long march = month > 2 ? year : year - 1L;
    long era = Math.floorDiv(march, 400);
    long yearOfEra = march - era * 400;
    long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097 + dayOfEra - 719_468;
  }

  private boolean time(boolean mayBeMidnightAtEnd) {
    int hour = twoDigits();
    if (!take(':')) {
      return false;
    }
    int minute = twoDigits();
    int second = 0;
    long fraction = 0;
    if (take(':')) {
      second = twoDigits();
      if (take('.')) {
        fraction = fraction();
      }
    }
    micros = (hour * 3600L + minute * 60L + second) * MICROS_PER_SECOND + fraction;
    boolean inDay = hour >= 0 && hour < 24;
    boolean endOfDay = mayBeMidnightAtEnd && micros == MICROS_PER_DAY && hour == 24;
    return (inDay || endOfDay)
        && minute >= 0
        && minute < 60
        && second >= 0
        && second < 60
        && fraction >= 0;
  }

  /** Up to six digits as microseconds; -1 when there are none or more. */
  private long fraction() {
    long value = 0;
    while (isDigit(at)) {
      if (fractionDigits == FRACTION_DIGITS) {
        return -1;
      }
      value = value * 10 + text[at++] - '0';
      fractionDigits++;
    }
    for (int i = fractionDigits; i < FRACTION_DIGITS; i++) {
      value *= 10;
    }
    return fractionDigits == 0 ? -1 : value;
  }

  private boolean zone() {
    if (take('Z')) {
      return true;
    }
    boolean east = take('+');
    if (!east && !take('-')) {
      return false;
    }
    int hours = twoDigits();
    int minutes = take(':') ? twoDigits() : 0;
    int seconds = at < end && text[at] == ':' ? zoneSeconds() : 0;
    boolean valid =
        hours >= 0
            && hours <= MAX_ZONE_HOURS
            && minutes >= 0
            && minutes < 60
            && seconds >= 0
            && seconds < 60;
    int offset = hours * 3600 + minutes * 60 + seconds;
    secondsWest = east ? -offset : offset;
    return valid;
  }

  private int zoneSeconds() {
    at++;
    return twoDigits();
  }
}
