package dev.drover.planner.route;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.ExplainOptions;
import dev.drover.planner.plan.ExplainOptions.Format;
import dev.drover.planner.sql.GenericOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the options of EXPLAIN, as PostgreSQL does; the last of equal ones counts. */
final class ExplainReader {
  private Format format = Format.TEXT;
  private boolean analyze;
  private boolean verbose;
  private boolean nodes = true;
  private boolean nodeNumbers;
  private boolean generic;
  private Optional<Boolean> timing = Optional.empty();
  private Optional<Boolean> summary = Optional.empty();
  private final List<String> others = new ArrayList<>();

  private ExplainReader() {}

  static ExplainOptions read(List<GenericOption> options) {
    ExplainReader reader = new ExplainReader();
    options.forEach(reader::read);
    return reader.options();
  }

  private void read(GenericOption option) {
    switch (option.name()) {
      case "analyze", "analyse" -> analyze = isTrue(option);
      case "verbose" -> verbose = isTrue(option);
      case "nodes" -> nodes = isTrue(option);
      case "num_nodes" -> nodeNumbers = isTrue(option);
      case "timing" -> timing = Optional.of(isTrue(option));
      case "summary" -> summary = Optional.of(isTrue(option));
      case "generic_plan" -> generic = isTrue(option);
      case "format" -> format = format(option);
      case "costs", "settings", "buffers", "wal", "memory" ->
          others.add(option.name().toUpperCase(Locale.ROOT) + (isTrue(option) ? " on" : " off"));
      case "serialize" ->
          others.add("SERIALIZE " + option.text().filter(t -> t.matches("[a-z]+")).orElse(""));
      default ->
          throw SqlError.of(
              SqlState.SYNTAX_ERROR, "unrecognized EXPLAIN option \"%s\"".formatted(option.name()));
    }
  }

  private static boolean isTrue(GenericOption option) {
    Optional<String> text = option.text().map(t -> t.toLowerCase(Locale.ROOT));
    if (text.isEmpty()) {
      return true;
    }
    return switch (text.get()) {
      case "true", "on", "1" -> true;
      case "false", "off", "0" -> false;
      default ->
          throw SqlError.of(SqlState.SYNTAX_ERROR, option.name() + " requires a Boolean value");
    };
  }

  private static Format format(GenericOption option) {
    return switch (option.text().orElse("")) {
      case "text" -> Format.TEXT;
      case "json" -> Format.JSON;
      case "yaml" -> Format.YAML;
      case "xml" -> Format.XML;
      default ->
          throw SqlError.of(
              SqlState.INVALID_PARAMETER_VALUE,
              "unrecognized value for EXPLAIN option \"format\": \"%s\""
                  .formatted(option.text().orElse("")));
    };
  }

  private ExplainOptions options() {
    if (timing.isPresent() && timing.get() && !analyze) {
      throw needsAnalyze("TIMING");
    }
    if (generic && analyze) {
      throw SqlError.of(
          SqlState.INVALID_PARAMETER_VALUE,
          "EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together");
    }
    return new ExplainOptions(
        format,
        analyze,
        verbose,
        nodes,
        nodeNumbers,
        timing.orElse(true),
        summary,
        generic,
        others);
  }

  private static SqlError needsAnalyze(String option) {
    return SqlError.of(
        SqlState.INVALID_PARAMETER_VALUE, "EXPLAIN option " + option + " requires ANALYZE");
  }
}
