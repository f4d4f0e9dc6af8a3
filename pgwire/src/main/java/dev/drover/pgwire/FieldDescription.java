package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

/**
 * One column of a RowDescription.
 *
 * <p>{@code tableOid} and {@code attnum} are 0 when the column is no table's; {@code typeLength} is
 * pg_type.typlen; {@code typmod} -1 means none.
 */
public record FieldDescription(
    String name,
    int tableOid,
    short attnum,
    int typeOid,
    short typeLength,
    int typmod,
    short format) {
  public static final int NO_TYPMOD = -1;

  public FieldDescription {
    requireNonNull(name);
  }

  /** A computed column in text format. */
  public static FieldDescription of(String name, int typeOid, int typeLength) {
    return new FieldDescription(
        name, 0, (short) 0, typeOid, (short) typeLength, NO_TYPMOD, (short) 0);
  }

  public FieldDescription withFormat(int newFormat) {
    return new FieldDescription(
        name, tableOid, attnum, typeOid, typeLength, typmod, (short) newFormat);
  }

  public FieldDescription withOids(int newTableOid, int newTypeOid) {
    return new FieldDescription(name, newTableOid, attnum, newTypeOid, typeLength, typmod, format);
  }

  /** The same as a column of another table, or of none. */
  public FieldDescription ofTable(int newTableOid, int newAttnum) {
    return new FieldDescription(
        name, newTableOid, (short) newAttnum, typeOid, typeLength, typmod, format);
  }
}
