package dev.drover.planner.sql;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;

/**
 * A key word and where it may be a name.
 *
 * <p>Words that PostgreSQL 16 and later reserve are left unreserved here: every PostgreSQL from 15
 * on is spoken to, and what such a word may not name there, the server itself refuses.
 *
 * <p>Source: PostgreSQL 18 manual, appendix C "SQL Key Words", column PostgreSQL.
 *
 * @param bareLabel whether it may be a column's label without AS
 */
record Keyword(String word, Category category, boolean bareLabel) {
  /** PostgreSQL's four kinds of key words. */
  enum Category {
    /** Not a key word. */
    NONE,
    UNRESERVED,
    /** "Non-reserved (cannot be function or type)". */
    COLUMN_NAME,
    /** "Reserved (can be function or type)". */
    TYPE_OR_FUNCTION,
    RESERVED
  }

  static final Keyword NONE = new Keyword("", Category.NONE, true);

  private static final String RESERVED =
      """
      all analyse analyze and any asc asymmetric both case cast check collate column constraint
      current_catalog current_date current_role current_time current_timestamp current_user
      default deferrable desc distinct do else end false foreign in initially lateral leading
      localtime localtimestamp not null only or placing primary references select session_user
      some symmetric table then trailing true unique user using variadic when
      """;

  private static final String RESERVED_AS =
      """
      array as create except fetch for from grant group having intersect into limit offset on
      order returning to union where window with
      """;

  private static final String TYPE_OR_FUNCTION =
      """
      authorization binary collation concurrently cross current_schema freeze full ilike inner
      is join left like natural outer right similar tablesample verbose
      """;

  private static final String TYPE_OR_FUNCTION_AS =
      """
      isnull notnull overlaps
      """;

  private static final String COLUMN_NAME =
      """
      between bigint bit boolean coalesce dec decimal exists extract float greatest grouping
      inout int integer interval least national nchar none normalize nullif numeric out overlay
      position real row setof smallint substring time timestamp treat trim values varchar
      xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
      xmlroot xmlserialize xmltable
      """;

  private static final String COLUMN_NAME_AS =
      """
      char character precision
      """;

  private static final String UNRESERVED =
      """
      abort absent absolute access action add admin after aggregate also alter always asensitive
      assertion assignment at atomic attach attribute backward barrier before begin breadth by
      cache call called cascade cascaded catalog chain characteristics checkpoint class clean
      close cluster columns comment comments commit committed compression conditional
      configuration conflict connection constraints content continue conversion copy cost csv
      cube current cursor cycle data database deallocate declare defaults deferred definer
      delete delimiter delimiters depends depth detach dictionary direct disable discard
      distribute distributed document domain double drop each empty enable encoding encrypted
      enforced enum error escape event exclude excluding exclusive execute explain expression
      extension external family finalize first following force format forward function functions
      generated global granted groups handler header hold identity if ignore immediate immutable
      implicit import include including increment indent index indexes inherit inherits inline
      input insensitive insert instead invoker isolation json json_array json_arrayagg
      json_exists json_object json_objectagg json_query json_scalar json_serialize json_table
      json_value keep key keys label language large last leakproof level listen load local
      location lock locked logged mapping match matched materialized maxvalue merge merge_action
      method minvalue mode move name names nested new next nfc nfd nfkc nfkd no node normalized
      nothing notify nowait nulls object of off oids old omit operator option options ordinality
      others overriding owned owner parallel parameter parser partial partition passing password
      path pause period plan plans policy preceding prepare prepared preserve prior privileges
      procedural procedure procedures program publication quote quotes randomly range read
      reassign rebalance recheck recursive ref referencing refresh reindex relative release
      remove rename repeatable replace replica reset respect restart restrict return returns
      revoke role rollback rollup routine routines rows rule savepoint scalar schema schemas
      scroll search security sequence sequences serializable server session set sets share show
      simple skip snapshot source sql stable standalone start statement statistics stdin stdout
      storage stored strict string strip subscription support sysid system system_user tables
      tablespace target temp template temporary text ties transaction transform trigger truncate
      trusted type types uescape unbounded uncommitted unconditional unencrypted unknown
      unlisten unlogged unpause until update vacuum valid validate validator value version view
      views virtual volatile whitespace work wrapper write xml yes zone
      """;

  private static final String UNRESERVED_AS =
      """
      day filter hour minute month over second varying within without year
      """;

  /** A power of two, several times the number of words. */
  private static final int TABLE_SIZE = 4096;

  private static final Keyword[] TABLE = new Keyword[TABLE_SIZE];
  private static final int MAX_WORD_BYTES = 17;
  private static final int HASH_FACTOR = 31;

  static {
    register(RESERVED, Category.RESERVED, true);
    register(RESERVED_AS, Category.RESERVED, false);
    register(TYPE_OR_FUNCTION, Category.TYPE_OR_FUNCTION, true);
    register(TYPE_OR_FUNCTION_AS, Category.TYPE_OR_FUNCTION, false);
    register(COLUMN_NAME, Category.COLUMN_NAME, true);
    register(COLUMN_NAME_AS, Category.COLUMN_NAME, false);
    register(UNRESERVED, Category.UNRESERVED, true);
    register(UNRESERVED_AS, Category.UNRESERVED, false);
  }

  Keyword {
    requireNonNull(word);
    requireNonNull(category);
  }

  private static void register(String words, Category category, boolean bareLabel) {
    for (String word : words.strip().split("\\s+", -1)) {
      byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
      int slot = slot(bytes, 0, bytes.length);
      while (TABLE[slot] != null) {
        slot = (slot + 1) % TABLE_SIZE;
      }
      TABLE[slot] = new Keyword(word.intern(), category, bareLabel);
    }
  }

  /** The key word that these bytes spell in any case, or {@link #NONE}. */
  static Keyword of(byte[] text, int start, int end) {
    int length = end - start;
    if (length > MAX_WORD_BYTES) {
      return NONE;
    }
    int slot = slot(text, start, end);
    while (TABLE[slot] != null) {
      Keyword found = TABLE[slot];
      if (found.word.length() == length && Scan.equalsFolded(text, start, found.word)) {
        return found;
      }
      slot = (slot + 1) % TABLE_SIZE;
    }
    return NONE;
  }

  private static int slot(byte[] text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = hash * HASH_FACTOR + Scan.folded(text[i]);
    }
    return (hash ^ (hash >>> 12)) & (TABLE_SIZE - 1);
  }

  /** Whether it may be the name of a column or table. */
  boolean isColumnName() {
    return category != Category.TYPE_OR_FUNCTION && category != Category.RESERVED;
  }

  /** Whether it may be the name of a function or type. */
  boolean isTypeOrFunctionName() {
    return category != Category.COLUMN_NAME && category != Category.RESERVED;
  }
}
