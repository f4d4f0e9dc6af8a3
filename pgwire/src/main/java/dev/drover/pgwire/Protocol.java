package dev.drover.pgwire;

/**
 * Numbers of the protocol that both ends share.
 *
 * <p>Source: PostgreSQL 18, src/include/libpq/pqcomm.h and protocol.h.
 */
public final class Protocol {
  /** The version spoken to servers. */
  public static final int VERSION_3_0 = 3 << 16;

  /** The newest version for clients; newer minor ones are negotiated down to it. */
  public static final int VERSION_3_2 = VERSION_3_0 | 2;

  public static final int CANCEL_REQUEST = 80877102;
  public static final int SSL_REQUEST = 80877103;
  public static final int GSSENC_REQUEST = 80877104;

  /** Start of the names of protocol extensions among the startup parameters. */
  public static final String EXTENSION_PREFIX = "_pq_.";

  public static final int AUTHENTICATION_OK = 0;
  public static final int AUTHENTICATION_CLEARTEXT = 3;
  public static final int AUTHENTICATION_MD5 = 5;
  public static final int AUTHENTICATION_SASL = 10;
  public static final int AUTHENTICATION_SASL_CONTINUE = 11;
  public static final int AUTHENTICATION_SASL_FINAL = 12;

  public static final String SCRAM_SHA_256 = "SCRAM-SHA-256";

  /** Transaction states of ReadyForQuery. */
  public static final char IDLE = 'I';

  public static final char IN_TRANSACTION = 'T';
  public static final char IN_FAILED_TRANSACTION = 'E';

  public static final int TEXT_FORMAT = 0;
  public static final int BINARY_FORMAT = 1;

  /** Bytes of the type and the length in front of a message's body. */
  public static final int HEADER_BYTES = 5;

  /** Bytes of the length, which counts itself. */
  public static final int LENGTH_BYTES = 4;

  /** The longest startup packet and the longest message before the client has authenticated. */
  public static final int MAX_STARTUP_BYTES = 10_000;

  /** The longest message of a type that carries only names and counts. */
  public static final int MAX_SHORT_MESSAGE_BYTES = 10_000;

  /** The longest message of all: PostgreSQL's largest allocation. */
  public static final int MAX_MESSAGE_BYTES = 0x3fff_ffff;

  /** The most items of a list whose length travels as 16 bits. */
  public static final int MAX_ITEMS = 0xffff;

  private Protocol() {}
}
