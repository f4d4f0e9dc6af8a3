package dev.drover.planner.hash;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The partition hash of one row: start, add the key columns in order, ask for the slot.
 *
 * <p>A value is taken only when it means the same under every setting of a session; {@code add}
 * answers false for any other, and the caller asks PostgreSQL for the value's plain form instead.
 *
 * <p>Threads: confined to one; reused for row after row, so that integers, texts and UUIDs allocate
 * nothing.
 *
 * <p>Source: PostgreSQL 15 {@code compute_partition_hash_value} in {@code partbounds.c}.
 */
public final class RoutingHash {
  /** No type modifier: the value is not rounded or cut. */
  public static final int NO_TYPMOD = -1;

  private static final List<String> TRUE_WORDS = List.of("t", "true", "on", "yes", "y", "1");
  private static final List<String> FALSE_WORDS = List.of("f", "false", "off", "no", "n", "0");
  private static final int TYPMOD_HEADER = 4;
  private static final int NUMERIC_SCALE_MASK = 0x7ff;
  private static final int MAX_NAME_BYTES = 63;
  private static final int MAX_FLOAT_TEXT = 64;

  private final BytesHash bytesHash = new BytesHash();
  private final IntegerText integerText = new IntegerText();
  private final NumericValue numeric = new NumericValue();
  private final DateTimeText dateTime = new DateTimeText();
  private final NetworkText network = new NetworkText();
  private final IntervalText interval = new IntervalText();
  private final HexText hex = new HexText();

  private long row;
  private long valueHash;
  private long integer;

  /** The hash that a row has when {@code value} is added to the columns before it. */
  public static long combine(long row, long value) {
    return row ^ (value + 0x49a0f4dd15e5a8e3L + (row << 54) + (row >>> 7));
  }

  public static int slot(long rowHash, int modulus) {
    return (int) Long.remainderUnsigned(rowHash, modulus);
  }

  /** Begins a row. */
  public void start() {
    row = 0;
    integer = 0;
  }

  /** NULLs do not enter the hash. */
  public void addNull() {}

  /** The slot of the row in a hash table. */
  public int slot(int modulus) {
    return slot(row, modulus);
  }

  /** The slot of the row in a MODULO table, whose one key column was added. */
  public int moduloSlot(int modulus) {
    return Math.floorMod(integer, modulus);
  }

  /** The row's hash so far. */
  public long value() {
    return row;
  }

  /**
   * Adds a value in its type's text input format.
   *
   * @param typmod the column's, where the value is stored in it; {@link #NO_TYPMOD} where it is
   *     compared with it
   */
  public boolean addText(HashType type, int typmod, byte[] text, int offset, int length) {
    boolean read =
        switch (type) {
          case INT2, INT4, INT8 -> integerText(type, text, offset, length);
          case OID -> oidText(text, offset, length);
          case BOOL -> boolText(text, offset, length);
          case CHAR -> charText(text, offset, length);
          case NAME -> length <= MAX_NAME_BYTES && bytes(text, offset, length);
          case TEXT, VARCHAR -> fits(typmod, text, offset, length) && bytes(text, offset, length);
          case BPCHAR -> fits(typmod, text, offset, length) && padded(text, offset, length);
          case BYTEA -> byteaText(text, offset, length);
          case UUID -> hex.readUuid(text, offset, length) && hexBytes();
          case DATE -> dateText(text, offset, length);
          case TIME, TIMETZ -> timeText(type, typmod, text, offset, length);
          case TIMESTAMP, TIMESTAMPTZ -> timestampText(type, typmod, text, offset, length);
          case INTERVAL ->
              typmod == NO_TYPMOD
                  && interval.read(text, offset, length)
                  && hashed(bytesHash.of64(interval.value()));
          case NUMERIC ->
              numeric.readText(text, offset, length)
                  && scaleFits(typmod)
                  && hashed(numeric.hash(bytesHash));
          case FLOAT4, FLOAT8 -> floatText(type, text, offset, length);
          case INET, CIDR -> network.readInet(text, offset, length) && networkBytes();
          case MACADDR -> hex.readMac(text, offset, length) && hexBytes();
        };
    return read && add();
  }

  /** Adds a value in its type's binary format. */
  public boolean addBinary(HashType type, int typmod, byte[] value, int offset, int length) {
    boolean read =
        switch (type) {
          case INT2 -> length == Short.BYTES && integer(big(value, offset, length));
          case INT4 -> length == Integer.BYTES && integer(big(value, offset, length));
          case INT8 -> length == Long.BYTES && integer(big(value, offset, length));
          case OID, DATE ->
              length == Integer.BYTES && hashed(bytesHash.of32((int) big(value, offset, length)));
          case BOOL, CHAR -> length == 1 && hashed(bytesHash.of32(value[offset]));
          case NAME -> length <= MAX_NAME_BYTES && bytes(value, offset, length);
          case TEXT, VARCHAR -> fits(typmod, value, offset, length) && bytes(value, offset, length);
          case BPCHAR -> fits(typmod, value, offset, length) && padded(value, offset, length);
          case BYTEA -> bytes(value, offset, length);
          case UUID -> length == HexText.UUID_BYTES && bytes(value, offset, length);
          case TIME, TIMESTAMP, TIMESTAMPTZ ->
              typmod == NO_TYPMOD
                  && length == Long.BYTES
                  && hashed(bytesHash.of64(big(value, offset, length)));
          case TIMETZ -> typmod == NO_TYPMOD && timeTzBinary(value, offset, length);
          case INTERVAL -> typmod == NO_TYPMOD && intervalBinary(value, offset, length);
          case NUMERIC ->
              numeric.readBinary(value, offset, length)
                  && scaleFits(typmod)
                  && hashed(numeric.hash(bytesHash));
          case FLOAT4 ->
              length == Float.BYTES
                  && floating(Float.intBitsToFloat((int) big(value, offset, length)));
          case FLOAT8 ->
              length == Double.BYTES
                  && floating(Double.longBitsToDouble(big(value, offset, length)));
          case INET, CIDR -> inetBinary(value, offset, length);
          case MACADDR -> length == HexText.MAC_BYTES && bytes(value, offset, length);
        };
    return read && add();
  }

  private boolean add() {
    row = combine(row, valueHash);
    return true;
  }

  private boolean hashed(long hash) {
    valueHash = hash;
    return true;
  }

  private boolean bytes(byte[] value, int offset, int length) {
    return hashed(bytesHash.of(value, offset, length));
  }

  private boolean networkBytes() {
    return bytes(network.bytes(), 0, network.length());
  }

  private boolean integer(long value) {
    integer = value;
    return hashed(bytesHash.of64(value));
  }

  private boolean integerText(HashType type, byte[] text, int offset, int length) {
    if (!integerText.read(text, offset, length)) {
      return false;
    }
    long value = integerText.value();
    boolean inRange =
        switch (type) {
          case INT2 -> value == (short) value;
          case INT4 -> value == (int) value;
          default -> true;
        };
    return inRange && integer(value);
  }

  private boolean oidText(byte[] text, int offset, int length) {
    return integerText.read(text, offset, length)
        && integerText.value() >> Integer.SIZE == 0
        && hashed(bytesHash.of32((int) integerText.value()));
  }

  private boolean boolText(byte[] text, int offset, int length) {
    if (Words.isOneOf(TRUE_WORDS, text, offset, length)) {
      return hashed(bytesHash.of32(1));
    }
    return Words.isOneOf(FALSE_WORDS, text, offset, length) && hashed(bytesHash.of32(0));
  }

  private boolean charText(byte[] text, int offset, int length) {
    return length <= 1 && hashed(bytesHash.of32(length == 0 ? 0 : text[offset]));
  }

  /** True when a text is not longer than {@code varchar(n)} or {@code char(n)} lets it be. */
  private static boolean fits(int typmod, byte[] utf8, int offset, int length) {
    int limit = typmod - TYPMOD_HEADER;
    if (typmod == NO_TYPMOD || length <= limit) {
      return true;
    }
    int characters = 0;
    for (int i = offset; i < offset + length; i++) {
      characters += (utf8[i] & 0xc0) == 0x80 ? 0 : 1;
    }
    return characters <= limit;
  }

  private boolean padded(byte[] text, int offset, int length) {
    int trimmed = length;
    while (trimmed > 0 && text[offset + trimmed - 1] == ' ') {
      trimmed--;
    }
    return bytes(text, offset, trimmed);
  }

  private boolean byteaText(byte[] text, int offset, int length) {
    if (length >= 2 && text[offset] == '\\' && text[offset + 1] == 'x') {
      return hex.readPairs(text, offset + 2, length - 2) && hexBytes();
    }
    for (int i = offset; i < offset + length; i++) {
      if (text[i] == '\\') {
        return false;
      }
    }
    return bytes(text, offset, length);
  }

  private boolean hexBytes() {
    return bytes(hex.bytes(), 0, hex.length());
  }

  private boolean dateText(byte[] text, int offset, int length) {
    if (Words.is("infinity", text, offset, length)) {
      return hashed(bytesHash.of32(Integer.MAX_VALUE));
    }
    if (Words.is("-infinity", text, offset, length)) {
      return hashed(bytesHash.of32(Integer.MIN_VALUE));
    }
    return dateTime.readDate(text, offset, length) && hashed(bytesHash.of32((int) dateTime.days()));
  }

  private boolean timeText(HashType type, int typmod, byte[] text, int offset, int length) {
    if (type == HashType.TIME) {
      return dateTime.readTime(text, offset, length)
          && fractionFits(typmod)
          && hashed(bytesHash.of64(dateTime.micros()));
    }
    return dateTime.readTimeTz(text, offset, length)
        && fractionFits(typmod)
        && hashed(timeTz(dateTime.micros(), dateTime.secondsWest()));
  }

  private long timeTz(long micros, int secondsWest) {
    return bytesHash.of64(micros) ^ bytesHash.of32(secondsWest);
  }

  private boolean timestampText(HashType type, int typmod, byte[] text, int offset, int length) {
    if (Words.is("infinity", text, offset, length)) {
      return hashed(bytesHash.of64(Long.MAX_VALUE));
    }
    if (Words.is("-infinity", text, offset, length)) {
      return hashed(bytesHash.of64(Long.MIN_VALUE));
    }
    return dateTime.readTimestamp(text, offset, length, type == HashType.TIMESTAMPTZ)
        && fractionFits(typmod)
        && hashed(bytesHash.of64(dateTime.micros()));
  }

  /** True when {@code timestamp(p)} and its like round nothing away. */
  private boolean fractionFits(int typmod) {
    return typmod == NO_TYPMOD || dateTime.fractionDigits() <= typmod;
  }

  /** True when {@code numeric(p, s)} rounds nothing away; a negative scale is left alone. */
  private boolean scaleFits(int typmod) {
    if (typmod == NO_TYPMOD) {
      return true;
    }
    int scale = (((typmod - TYPMOD_HEADER) & NUMERIC_SCALE_MASK) ^ 1024) - 1024;
    return scale >= 0 && numeric.fractionDigits() <= scale;
  }

  private boolean floatText(HashType type, byte[] text, int offset, int length) {
    if (length > MAX_FLOAT_TEXT) {
      return false;
    }
    String number = new String(text, offset, length, StandardCharsets.US_ASCII);
    try {
      double value =
          type == HashType.FLOAT4 ? Float.parseFloat(number) : Double.parseDouble(number);
      return floating(value);
    } catch (NumberFormatException _) {
      return false;
    }
  }

  private boolean floating(double value) {
    if (value == 0) {
      return hashed(BytesHash.SEED);
    }
    long bits = Double.doubleToLongBits(value);
    byte[] littleEndian = new byte[Double.BYTES];
    for (int i = 0; i < Double.BYTES; i++) {
      littleEndian[i] = (byte) (bits >> (8 * i));
    }
    return bytes(littleEndian, 0, Double.BYTES);
  }

  private boolean timeTzBinary(byte[] value, int offset, int length) {
    return length == Long.BYTES + Integer.BYTES
        && hashed(
            timeTz(
                big(value, offset, Long.BYTES),
                (int) big(value, offset + Long.BYTES, Integer.BYTES)));
  }

  private boolean intervalBinary(byte[] value, int offset, int length) {
    if (length != Long.BYTES + 2 * Integer.BYTES) {
      return false;
    }
    long micros = big(value, offset, Long.BYTES);
    long days = big(value, offset + Long.BYTES, Integer.BYTES);
    long months = big(value, offset + Long.BYTES + Integer.BYTES, Integer.BYTES);
    return hashed(bytesHash.of64(IntervalText.of(micros, days, months)));
  }

  /** Family, prefix length, is-cidr flag, number of address bytes, address. */
  private boolean inetBinary(byte[] value, int offset, int length) {
    return length > 4
        && length == 4 + value[offset + 3]
        && network.set(value[offset], value[offset + 1], value, offset + 4)
        && networkBytes();
  }

  /** A big-endian two's complement number. */
  private static long big(byte[] bytes, int offset, int length) {
    long value = bytes[offset];
    for (int i = 1; i < length; i++) {
      value = value << 8 | (bytes[offset + i] & 0xff);
    }
    return value;
  }
}
