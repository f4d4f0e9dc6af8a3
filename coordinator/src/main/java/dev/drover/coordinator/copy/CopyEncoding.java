package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Names of the encodings in which COPY data can be cut and hashed here: UTF-8, and those of one
 * byte per character, whose ASCII half is ASCII.
 *
 * <p>The servers convert the rows themselves; only key values are converted here.
 */
final class CopyEncoding {
  private static final Set<String> UTF8 = Set.of("utf8", "unicode", "sqlascii");

  private static final Map<String, String> SINGLE_BYTE =
      Map.ofEntries(
          Map.entry("latin1", "ISO-8859-1"),
          Map.entry("iso88591", "ISO-8859-1"),
          Map.entry("latin2", "ISO-8859-2"),
          Map.entry("iso88592", "ISO-8859-2"),
          Map.entry("latin3", "ISO-8859-3"),
          Map.entry("iso88593", "ISO-8859-3"),
          Map.entry("latin4", "ISO-8859-4"),
          Map.entry("iso88594", "ISO-8859-4"),
          Map.entry("latin5", "ISO-8859-9"),
          Map.entry("iso88599", "ISO-8859-9"),
          Map.entry("latin7", "ISO-8859-13"),
          Map.entry("iso885913", "ISO-8859-13"),
          Map.entry("latin9", "ISO-8859-15"),
          Map.entry("iso885915", "ISO-8859-15"),
          Map.entry("iso88595", "ISO-8859-5"),
          Map.entry("iso88596", "ISO-8859-6"),
          Map.entry("iso88597", "ISO-8859-7"),
          Map.entry("iso88598", "ISO-8859-8"),
          Map.entry("win1250", "windows-1250"),
          Map.entry("windows1250", "windows-1250"),
          Map.entry("win1251", "windows-1251"),
          Map.entry("windows1251", "windows-1251"),
          Map.entry("win1252", "windows-1252"),
          Map.entry("windows1252", "windows-1252"),
          Map.entry("win1253", "windows-1253"),
          Map.entry("windows1253", "windows-1253"),
          Map.entry("win1254", "windows-1254"),
          Map.entry("windows1254", "windows-1254"),
          Map.entry("win1257", "windows-1257"),
          Map.entry("windows1257", "windows-1257"),
          Map.entry("koi8", "KOI8-R"),
          Map.entry("koi8r", "KOI8-R"),
          Map.entry("koi8u", "KOI8-U"));

  private CopyEncoding() {}

  /** Empty for UTF-8. */
  static Optional<Charset> charsetOf(String encoding) {
    String name = encoding.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    if (UTF8.contains(name)) {
      return Optional.empty();
    }
    String charset = SINGLE_BYTE.getOrDefault(name, "");
    if (charset.isEmpty()) {
      throw SqlError.notSupported("COPY from encoding \"" + encoding + "\" is not supported")
          .withHint("Use UTF8 or an encoding with one byte per character.");
    }
    return Optional.of(Charset.forName(charset));
  }
}
