package dev.drover.pgwire;

/**
 * The type bytes of protocol messages, by direction.
 *
 * <p>Source: PostgreSQL 18 manual, section 54.7, "Message Formats".
 */
public final class MessageType {
  private MessageType() {}

  /** What a client sends. */
  public static final class Frontend {
    public static final byte QUERY = 'Q';
    public static final byte PARSE = 'P';
    public static final byte BIND = 'B';
    public static final byte DESCRIBE = 'D';
    public static final byte EXECUTE = 'E';
    public static final byte SYNC = 'S';
    public static final byte FLUSH = 'H';
    public static final byte CLOSE = 'C';
    public static final byte TERMINATE = 'X';
    public static final byte COPY_DATA = 'd';
    public static final byte COPY_DONE = 'c';
    public static final byte COPY_FAIL = 'f';
    public static final byte PASSWORD = 'p';
    public static final byte FUNCTION_CALL = 'F';

    private Frontend() {}

    /** Whether a server understands a message of this type. */
    public static boolean isKnown(byte type) {
      return switch (type) {
        case QUERY, PARSE, BIND, DESCRIBE, EXECUTE, SYNC, FLUSH, CLOSE, TERMINATE -> true;
        case COPY_DATA, COPY_DONE, COPY_FAIL, PASSWORD, FUNCTION_CALL -> true;
        default -> false;
      };
    }

    /** Whether a message of this type is short by nature: names and counts, no text or data. */
    public static boolean isShort(byte type) {
      return switch (type) {
        case DESCRIBE, EXECUTE, SYNC, FLUSH, CLOSE, TERMINATE, COPY_DONE -> true;
        default -> false;
      };
    }
  }

  /** What a server sends. */
  public static final class Backend {
    public static final byte AUTHENTICATION = 'R';
    public static final byte PARAMETER_STATUS = 'S';
    public static final byte BACKEND_KEY_DATA = 'K';
    public static final byte READY_FOR_QUERY = 'Z';
    public static final byte ROW_DESCRIPTION = 'T';
    public static final byte DATA_ROW = 'D';
    public static final byte COMMAND_COMPLETE = 'C';
    public static final byte EMPTY_QUERY = 'I';
    public static final byte ERROR = 'E';
    public static final byte NOTICE = 'N';
    public static final byte PARSE_COMPLETE = '1';
    public static final byte BIND_COMPLETE = '2';
    public static final byte CLOSE_COMPLETE = '3';
    public static final byte NO_DATA = 'n';
    public static final byte PARAMETER_DESCRIPTION = 't';
    public static final byte PORTAL_SUSPENDED = 's';
    public static final byte COPY_IN = 'G';
    public static final byte COPY_OUT = 'H';
    public static final byte COPY_BOTH = 'W';
    public static final byte COPY_DATA = 'd';
    public static final byte COPY_DONE = 'c';
    public static final byte NOTIFICATION = 'A';
    public static final byte NEGOTIATE_PROTOCOL_VERSION = 'v';
    public static final byte FUNCTION_CALL_RESPONSE = 'V';

    private Backend() {}

    /** Whether a client understands a message of this type. */
    public static boolean isKnown(byte type) {
      return switch (type) {
        case AUTHENTICATION, PARAMETER_STATUS, BACKEND_KEY_DATA, READY_FOR_QUERY -> true;
        case ROW_DESCRIPTION, DATA_ROW, COMMAND_COMPLETE, EMPTY_QUERY, ERROR, NOTICE -> true;
        case PARSE_COMPLETE, BIND_COMPLETE, CLOSE_COMPLETE, NO_DATA -> true;
        case PARAMETER_DESCRIPTION, PORTAL_SUSPENDED, COPY_IN, COPY_OUT, COPY_BOTH -> true;
        case COPY_DATA, COPY_DONE, NOTIFICATION, NEGOTIATE_PROTOCOL_VERSION -> true;
        case FUNCTION_CALL_RESPONSE -> true;
        default -> false;
      };
    }
  }
}
