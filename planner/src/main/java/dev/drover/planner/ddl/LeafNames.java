package dev.drover.planner.ddl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names of what lies in the hidden schemas of the datanodes. Frozen under the metadata's format
 * version.
 *
 * <pre>
 * leaf              "drover$17"."orders$12"             slot 17, distribution 12
 * index, constraint "drover$17"."orders_pkey$12"        long names: clipped~md5(name)[0..6]$12
 * </pre>
 */
public final class LeafNames {
  /** PostgreSQL's limit, NAMEDATALEN - 1. */
  public static final int MAX_NAME_BYTES = 63;

  /** Schema of slot n is this and n. */
  public static final String SCHEMA_PREFIX = "drover$";

  static final char SEPARATOR = '$';
  private static final int MAX_ID_DIGITS = 10;
  private static final int DIGEST_DIGITS = 6;

  private LeafNames() {}

  public static String schema(int slot) {
    return SCHEMA_PREFIX + slot;
  }

  /** The leaf name of a table without the distribution id that is to follow. */
  static String leafPrefix(String table) {
    return clip(table, MAX_NAME_BYTES - 1 - MAX_ID_DIGITS) + SEPARATOR;
  }

  public static String leaf(String table, int distributionId) {
    return leafPrefix(table) + distributionId;
  }

  /** Also written in SQL, as drover.leaf_object_name: keep them equal. */
  public static String object(String name, int distributionId) {
    String suffix = SEPARATOR + Integer.toString(distributionId);
    if (name.getBytes(UTF_8).length + suffix.length() <= MAX_NAME_BYTES) {
      return name + suffix;
    }
    String digest = "~" + md5(name).substring(0, DIGEST_DIGITS) + suffix;
    return clip(name, MAX_NAME_BYTES - digest.length()) + digest;
  }

  /** As many whole characters as fit. */
  static String clip(String name, int maxBytes) {
    int bytes = 0;
    int end = 0;
    while (end < name.length()) {
      int codePoint = name.codePointAt(end);
      bytes += Character.toString(codePoint).getBytes(UTF_8).length;
      if (bytes > maxBytes) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return name.substring(0, end);
  }

  private static String md5(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has MD5", missing);
    }
  }
}
