package dev.drover.coordinator.copy;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.GenericOption;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The options of a COPY FROM as far as the coordinator must understand them.
 *
 * @param encoding the option's text; empty when the data are in the client's encoding, which is
 *     converted before they come here
 * @param forceNotNull names of columns whose values are never NULL by the null text
 * @param forceNull names of columns whose quoted values are compared with the null text too
 */
public record CopyOptions(
    CopyFormat format,
    byte delimiter,
    String nullText,
    byte quote,
    byte escape,
    Header header,
    Optional<String> defaultText,
    Optional<String> encoding,
    Columns forceNotNull,
    Columns forceNull) {
  /** What the first line is. */
  public enum Header {
    NONE,
    SKIP,
    MATCH
  }

  /** Some of the table's columns, or all. */
  public record Columns(boolean all, Set<String> names) {
    public static final Columns NONE = new Columns(false, Set.of());

    public Columns {
      names = Set.copyOf(names);
    }

    public boolean contains(String name) {
      return all || names.contains(name);
    }
  }

  public CopyOptions {
    requireNonNull(format);
    requireNonNull(nullText);
    requireNonNull(header);
    requireNonNull(defaultText);
    requireNonNull(encoding);
    requireNonNull(forceNotNull);
    requireNonNull(forceNull);
  }

  /** Reads the options of either syntax; errors are PostgreSQL's. */
  public static CopyOptions of(List<GenericOption> options) {
    if (option(options, "reject_limit").isPresent()) {
      throw SqlError.notSupported("COPY with REJECT_LIMIT is not supported")
          .withHint("Each server would count the rows that it skips by itself.");
    }
    CopyFormat format = text(options, "format").map(CopyOptions::formatOf).orElse(CopyFormat.TEXT);
    boolean csv = format == CopyFormat.CSV;
    byte quote = oneByte(options, "quote").orElse((byte) '"');
    return new CopyOptions(
        format,
        oneByte(options, "delimiter").orElse((byte) (csv ? ',' : '\t')),
        text(options, "null").orElse(csv ? "" : "\\N"),
        quote,
        oneByte(options, "escape").orElse(quote),
        headerOf(options),
        text(options, "default"),
        text(options, "encoding"),
        columns(options, "force_not_null"),
        columns(options, "force_null"));
  }

  /**
   * The character set in which key values must be read to be hashed; empty when they are UTF-8.
   *
   * @throws SqlError when rows in this encoding cannot be cut or hashed here
   */
  public Optional<Charset> keyCharset() {
    return encoding.flatMap(CopyEncoding::charsetOf);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Optional<GenericOption> option(List<GenericOption> options, String name) {
    return options.stream().filter(o -> o.name().equals(name)).findFirst();
  }

  private static Optional<String> text(List<GenericOption> options, String name) {
    return option(options, name).flatMap(GenericOption::text);
  }

  private static CopyFormat formatOf(String name) {
    return switch (name) {
      case "text" -> CopyFormat.TEXT;
      case "csv" -> CopyFormat.CSV;
      case "binary" -> CopyFormat.BINARY;
      default ->
          throw SqlError.of(
              SqlState.INVALID_PARAMETER_VALUE, "COPY format \"" + name + "\" not recognized");
    };
  }

  private static Optional<Byte> oneByte(List<GenericOption> options, String name) {
    Optional<String> value = text(options, name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = utf8(value.get());
    if (bytes.length != 1) {
      String what = name.equals("delimiter") ? "delimiter" : name;
      throw SqlError.notSupported("COPY " + what + " must be a single one-byte character");
    }
    if (bytes[0] == '\n' || bytes[0] == '\r') {
      throw SqlError.of(
          SqlState.INVALID_PARAMETER_VALUE,
          "COPY " + name + " cannot be newline or carriage return");
    }
    return Optional.of(bytes[0]);
  }

  private static Header headerOf(List<GenericOption> options) {
    Optional<GenericOption> option = option(options, "header");
    if (option.isEmpty()) {
      return Header.NONE;
    }
    String value = option.get().text().orElse("true").toLowerCase(Locale.ROOT);
    return switch (value) {
      case "match" -> Header.MATCH;
      case "true", "on", "1" -> Header.SKIP;
      case "false", "off", "0" -> Header.NONE;
      default ->
          throw SqlError.of(SqlState.SYNTAX_ERROR, "header requires a Boolean value or \"match\"");
    };
  }

  private static Columns columns(List<GenericOption> options, String name) {
    Optional<GenericOption> option = option(options, name);
    if (option.isEmpty()) {
      return Columns.NONE;
    }
    List<GenericOption.Value> values = option.get().values();
    boolean all = values.size() == 1 && values.getFirst().text().equals("*");
    return new Columns(
        all, values.stream().map(GenericOption.Value::text).collect(Collectors.toSet()));
  }
}
