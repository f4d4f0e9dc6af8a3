package dev.drover.planner.hash;

import java.util.Optional;

/**
 * A type whose hash partition function is known here.
 *
 * <p>Source: PostgreSQL's {@code hashfunc.c} and its siblings, support function 2 of the default
 * hash operator classes.
 */
public enum HashType {
  INT2(21, Family.INTEGER),
  INT4(23, Family.INTEGER),
  INT8(20, Family.INTEGER),
  OID(26, Family.OID),
  BOOL(16, Family.BOOL),
  CHAR(18, Family.CHAR),
  NAME(19, Family.TEXT),
  TEXT(25, Family.TEXT),
  VARCHAR(1043, Family.TEXT),
  BPCHAR(1042, Family.BPCHAR),
  BYTEA(17, Family.BYTEA),
  UUID(2950, Family.UUID),
  DATE(1082, Family.DATE),
  TIME(1083, Family.TIME),
  TIMETZ(1266, Family.TIMETZ),
  TIMESTAMP(1114, Family.TIMESTAMP),
  TIMESTAMPTZ(1184, Family.TIMESTAMPTZ),
  INTERVAL(1186, Family.INTERVAL),
  NUMERIC(1700, Family.NUMERIC),
  FLOAT4(700, Family.FLOAT),
  FLOAT8(701, Family.FLOAT),
  INET(869, Family.NETWORK),
  CIDR(650, Family.NETWORK),
  MACADDR(829, Family.MACADDR);

  /**
   * A hash operator family: values of its types that are equal hash equally, so tables whose keys
   * are of one family can share their slots.
   */
  public enum Family {
    INTEGER,
    OID,
    BOOL,
    CHAR,
    TEXT,
    BPCHAR,
    BYTEA,
    UUID,
    DATE,
    TIME,
    TIMETZ,
    TIMESTAMP,
    TIMESTAMPTZ,
    INTERVAL,
    NUMERIC,
    FLOAT,
    NETWORK,
    MACADDR
  }

  private final int typeOid;
  private final Family family;

  HashType(int typeOid, Family family) {
    this.typeOid = typeOid;
    this.family = family;
  }

  /** OID of the type in {@code pg_type}, equal on every server. */
  public int typeOid() {
    return typeOid;
  }

  public Family family() {
    return family;
  }

  /**
   * May a column of this type be a distribution key? Not a float, whose equal-looking values
   * differ, nor {@code "char"}, whose sign depends on the server's hardware.
   */
  public boolean distributable() {
    return family != Family.FLOAT && family != Family.CHAR;
  }

  /** Columns of the two types that hold equal values have equal hashes. */
  public boolean colocatesWith(HashType other) {
    return family == other.family;
  }

  /** The type with this OID, if its hash is known here. */
  public static Optional<HashType> ofTypeOid(int typeOid) {
    for (HashType type : values()) {
      if (type.typeOid == typeOid) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
