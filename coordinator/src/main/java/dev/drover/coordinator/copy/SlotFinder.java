package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The slot of a row, from its key fields and the values added to it.
 *
 * <p>Threads: confined to one.
 */
final class SlotFinder {
  /** Only PostgreSQL can read a value of the key. */
  static final int UNKNOWN = -1;

  /** A row that every server refuses goes to any: its error is the one the client wants. */
  static final int ANY = 0;

  private static final int TYPMOD_HEADER = 4;

  private final CopyTarget.Slots target;
  private final boolean binary;
  private final Optional<Charset> charset;
  private final int[] fieldOfKey;
  private final int[] filledOfKey;
  private final RoutingHash hash = new RoutingHash();

  SlotFinder(CopyTarget.Slots target, CopyOptions options) {
    this.target = target;
    this.binary = options.format() == CopyFormat.BINARY;
    this.charset = options.keyCharset();
    int keys = target.keys().size();
    this.fieldOfKey = new int[keys];
    this.filledOfKey = new int[keys];
    int fields = 0;
    for (int key = 0; key < keys; key++) {
      CopyTarget.Source source = target.keys().get(key).source();
      fieldOfKey[key] = source instanceof CopyTarget.Source.Field ? fields++ : UNKNOWN;
      filledOfKey[key] = source instanceof CopyTarget.Source.Filled(int index) ? index : UNKNOWN;
    }
  }

  /** Positions of the fields that the splitter must find. */
  static List<Integer> keyPositions(CopyTarget target) {
    List<Integer> positions = new ArrayList<>();
    for (CopyTarget.Key key : target.keys()) {
      if (key.source() instanceof CopyTarget.Source.Field field) {
        positions.add(field.position());
      }
    }
    return positions;
  }

  int slot(CopyRow row, List<Optional<byte[]>> filled) {
    hash.start();
    for (int key = 0; key < fieldOfKey.length; key++) {
      CopyTarget.Key column = target.keys().get(key);
      boolean added = true;
      if (fieldOfKey[key] >= 0) {
        added = addField(column, row, fieldOfKey[key]);
      } else if (filledOfKey[key] >= 0) {
        added = addValue(column, filled.get(filledOfKey[key]));
      }
      if (!added) {
        return UNKNOWN;
      }
    }
    return slot();
  }

  /** The slot of values in binary format, as PostgreSQL stores them. */
  int slotOfBinary(List<Optional<byte[]>> values) {
    hash.start();
    for (int key = 0; key < values.size(); key++) {
      HashType type = target.keys().get(key).type();
      Optional<byte[]> value = values.get(key);
      if (value.isEmpty()) {
        hash.addNull();
      } else if (!hash.addBinary(type, RoutingHash.NO_TYPMOD, value.get(), 0, value.get().length)) {
        throw new IllegalStateException("no hash for the binary form of a " + type);
      }
    }
    return slot();
  }

  /** The key values as they came, in key order, texts in UTF-8. */
  List<Optional<byte[]>> values(CopyRow row, List<Optional<byte[]>> filled) {
    List<Optional<byte[]>> values = new ArrayList<>();
    for (int key = 0; key < fieldOfKey.length; key++) {
      CopyTarget.Key column = target.keys().get(key);
      values.add(
          switch (column.source()) {
            case CopyTarget.Source.Field _ -> field(column.type(), row, fieldOfKey[key]);
            case CopyTarget.Source.Filled(int index) -> filled.get(index);
            case CopyTarget.Source.Absent _ -> Optional.empty();
          });
    }
    return values;
  }

  private int slot() {
    int modulus = target.shards().modulus();
    return target.modulo() ? hash.moduloSlot(modulus) : hash.slot(modulus);
  }

  private Optional<byte[]> field(HashType type, CopyRow row, int field) {
    if (row.isKeyNull(field)) {
      return Optional.empty();
    }
    byte[] bytes = row.keyBytes(field);
    int offset = row.keyOffset(field);
    int length = row.keyLength(field);
    if (charset.isPresent() && isForeign(type, bytes, offset, length)) {
      return Optional.of(utf8(bytes, offset, length));
    }
    return Optional.of(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  private byte[] utf8(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, charset.orElseThrow())
        .getBytes(StandardCharsets.UTF_8);
  }

  private boolean addValue(CopyTarget.Key column, Optional<byte[]> value) {
    if (value.isEmpty()) {
      hash.addNull();
      return true;
    }
    return add(column, value.get(), 0, value.get().length);
  }

  private boolean addField(CopyTarget.Key column, CopyRow row, int field) {
    if (row.isKeyNull(field)) {
      hash.addNull();
      return true;
    }
    if (row.isKeyDefault(field)) {
      throw SqlError.notSupported("COPY with DEFAULT in a column of the distribution key");
    }
    byte[] bytes = row.keyBytes(field);
    int offset = row.keyOffset(field);
    int length = row.keyLength(field);
    if (charset.isPresent() && isForeign(column.type(), bytes, offset, length)) {
      byte[] utf8 = utf8(bytes, offset, length);
      return add(column, utf8, 0, utf8.length);
    }
    return add(column, bytes, offset, length);
  }

  private boolean add(CopyTarget.Key column, byte[] bytes, int offset, int length) {
    if (binary) {
      return hash.addBinary(column.type(), column.typmod(), bytes, offset, length)
          || addCut(column, bytes, offset, length);
    }
    return hash.addText(column.type(), column.typmod(), bytes, offset, length)
        || addCut(column, bytes, offset, length);
  }

  /**
   * A value that is longer than {@code varchar(n)} by spaces only is stored without them; one that
   * is longer by something else is refused by every server, so that its hash does not matter.
   */
  private boolean addCut(CopyTarget.Key column, byte[] bytes, int offset, int length) {
    boolean varying = column.type() == HashType.VARCHAR || column.type() == HashType.BPCHAR;
    if (!varying || column.typmod() < TYPMOD_HEADER) {
      return false;
    }
    int kept = lengthOf(bytes, offset, length, column.typmod() - TYPMOD_HEADER);
    return hash.addText(column.type(), RoutingHash.NO_TYPMOD, bytes, offset, kept);
  }

  /** Bytes of the first {@code characters} characters of UTF-8 text. */
  private static int lengthOf(byte[] bytes, int offset, int length, int characters) {
    int seen = 0;
    for (int at = 0; at < length; at++) {
      boolean begins = (bytes[offset + at] & 0xc0) != 0x80;
      if (begins && seen++ == characters) {
        return at;
      }
    }
    return length;
  }

  /** A text that is not the same bytes in UTF-8. */
  private static boolean isForeign(HashType type, byte[] bytes, int offset, int length) {
    boolean text = type.family() == HashType.Family.TEXT || type.family() == HashType.Family.BPCHAR;
    for (int at = offset; text && at < offset + length; at++) {
      if (bytes[at] < 0) {
        return true;
      }
    }
    return false;
  }
}
