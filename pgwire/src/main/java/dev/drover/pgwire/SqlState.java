package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

/**
 * The SQLSTATE codes that Drover itself raises, by PostgreSQL's condition names.
 *
 * <p>Codes that a server raises are relayed as they are and need no entry here.
 *
 * <p>Source: PostgreSQL 18 manual, appendix A, "PostgreSQL Error Codes".
 */
public enum SqlState {
  SUCCESSFUL_COMPLETION("00000", Kind.USER),
  WARNING("01000", Kind.USER),
  FEATURE_NOT_SUPPORTED("0A000", Kind.UNSUPPORTED),
  CONNECTION_EXCEPTION("08000", Kind.NETWORK),
  CONNECTION_DOES_NOT_EXIST("08003", Kind.NETWORK),
  CONNECTION_FAILURE("08006", Kind.NETWORK),
  SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION("08001", Kind.NETWORK),
  /** The outcome of a commit is not known. */
  TRANSACTION_RESOLUTION_UNKNOWN("08007", Kind.NETWORK),
  PROTOCOL_VIOLATION("08P01", Kind.NETWORK),
  DATA_EXCEPTION("22000", Kind.USER),
  NULL_VALUE_NOT_ALLOWED("22004", Kind.USER),
  INVALID_PARAMETER_VALUE("22023", Kind.USER),
  INVALID_ROW_COUNT("2201W", Kind.USER),
  CHARACTER_NOT_IN_REPERTOIRE("22021", Kind.USER),
  INVALID_TEXT_REPRESENTATION("22P02", Kind.USER),
  INVALID_BINARY_REPRESENTATION("22P03", Kind.USER),
  BAD_COPY_FILE_FORMAT("22P04", Kind.USER),
  FOREIGN_KEY_VIOLATION("23503", Kind.USER),
  UNIQUE_VIOLATION("23505", Kind.USER),
  CHECK_VIOLATION("23514", Kind.USER),
  INVALID_CURSOR_STATE("24000", Kind.USER),
  INVALID_TRANSACTION_STATE("25000", Kind.USER),
  ACTIVE_SQL_TRANSACTION("25001", Kind.USER),
  READ_ONLY_SQL_TRANSACTION("25006", Kind.USER),
  NO_ACTIVE_SQL_TRANSACTION("25P01", Kind.USER),
  IN_FAILED_SQL_TRANSACTION("25P02", Kind.USER),
  INVALID_SQL_STATEMENT_NAME("26000", Kind.USER),
  INVALID_AUTHORIZATION_SPECIFICATION("28000", Kind.USER),
  INVALID_PASSWORD("28P01", Kind.USER),
  INVALID_CURSOR_NAME("34000", Kind.USER),
  INVALID_CATALOG_NAME("3D000", Kind.USER),
  INVALID_SCHEMA_NAME("3F000", Kind.USER),
  S_E_INVALID_SPECIFICATION("3B001", Kind.USER),
  SERIALIZATION_FAILURE("40001", Kind.RETRY),
  DEADLOCK_DETECTED("40P01", Kind.RETRY),
  INSUFFICIENT_PRIVILEGE("42501", Kind.USER),
  SYNTAX_ERROR("42601", Kind.USER),
  UNDEFINED_COLUMN("42703", Kind.USER),
  AMBIGUOUS_COLUMN("42702", Kind.USER),
  UNDEFINED_OBJECT("42704", Kind.USER),
  DUPLICATE_OBJECT("42710", Kind.USER),
  DUPLICATE_ALIAS("42712", Kind.USER),
  UNDEFINED_FUNCTION("42883", Kind.USER),
  UNDEFINED_TABLE("42P01", Kind.USER),
  UNDEFINED_PARAMETER("42P02", Kind.USER),
  DUPLICATE_CURSOR("42P03", Kind.USER),
  DUPLICATE_PREPARED_STATEMENT("42P05", Kind.USER),
  DUPLICATE_TABLE("42P07", Kind.USER),
  AMBIGUOUS_PARAMETER("42P08", Kind.USER),
  WRONG_OBJECT_TYPE("42809", Kind.USER),
  INVALID_COLUMN_REFERENCE("42P10", Kind.USER),
  INVALID_TABLE_DEFINITION("42P16", Kind.USER),
  INVALID_OBJECT_DEFINITION("42P17", Kind.USER),
  INDETERMINATE_DATATYPE("42P18", Kind.USER),
  INVALID_FOREIGN_KEY("42830", Kind.USER),
  INSUFFICIENT_RESOURCES("53000", Kind.RESOURCE),
  DISK_FULL("53100", Kind.RESOURCE),
  OUT_OF_MEMORY("53200", Kind.RESOURCE),
  TOO_MANY_CONNECTIONS("53300", Kind.RESOURCE),
  CONFIGURATION_LIMIT_EXCEEDED("53400", Kind.RESOURCE),
  PROGRAM_LIMIT_EXCEEDED("54000", Kind.RESOURCE),
  STATEMENT_TOO_COMPLEX("54001", Kind.RESOURCE),
  OBJECT_NOT_IN_PREREQUISITE_STATE("55000", Kind.USER),
  OBJECT_IN_USE("55006", Kind.USER),
  LOCK_NOT_AVAILABLE("55P03", Kind.USER),
  QUERY_CANCELED("57014", Kind.OPERATOR),
  ADMIN_SHUTDOWN("57P01", Kind.OPERATOR),
  CRASH_SHUTDOWN("57P02", Kind.OPERATOR),
  CANNOT_CONNECT_NOW("57P03", Kind.OPERATOR),
  INTERNAL_ERROR("XX000", Kind.BUG);

  /** What a code asks of whoever receives it. */
  public enum Kind {
    /** The statement or its data are wrong. */
    USER,
    /** PostgreSQL would do it, Drover does not yet. */
    UNSUPPORTED,
    /** The same transaction may succeed when it is run again. */
    RETRY,
    /** A limit was reached. */
    RESOURCE,
    /** Somebody asked for it. */
    OPERATOR,
    /** A connection was lost or misused. */
    NETWORK,
    /** A defect of Drover. */
    BUG
  }

  private final String code;
  private final Kind kind;

  SqlState(String code, Kind kind) {
    this.code = requireNonNull(code);
    this.kind = requireNonNull(kind);
  }

  /** The five characters of the code. */
  public String code() {
    return code;
  }

  public Kind kind() {
    return kind;
  }
}
