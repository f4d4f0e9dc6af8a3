package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an EXPLAIN asks for.
 *
 * @param analyze the statement is run
 * @param verbose the servers' SQL is shown, and the plans of all of them
 * @param nodes names of nodes are shown
 * @param nodeNumbers how many nodes there are is shown
 * @param timing times of single steps are shown, if it is run
 * @param summary times of the whole are shown; empty for when it is run
 * @param generic parameters without values are planned for
 * @param others for the servers, as {@code NAME value}
 */
public record ExplainOptions(
    Format format,
    boolean analyze,
    boolean verbose,
    boolean nodes,
    boolean nodeNumbers,
    boolean timing,
    Optional<Boolean> summary,
    boolean generic,
    List<String> others) {
  /** How the answer is written. */
  public enum Format {
    TEXT,
    JSON,
    YAML,
    XML
  }

  public ExplainOptions {
    requireNonNull(format);
    requireNonNull(summary);
    others = List.copyOf(others);
  }

  /**
   * The options for a server, in parentheses.
   *
   * @param runs the server is to run the statement, if that is asked for
   */
  public String forServer(boolean runs) {
    return forServer(runs, format == Format.TEXT ? Format.TEXT : Format.JSON);
  }

  /** The same with the answer in this format. */
  public String forServer(boolean runs, Format answer) {
    boolean run = runs && analyze;
    Stream<String> own =
        Stream.of(
            run ? "ANALYZE" : "",
            verbose ? "VERBOSE" : "",
            generic ? "GENERIC_PLAN" : "",
            run && !timing ? "TIMING off" : "",
            summary.filter(_ -> run || !analyze).map(on -> "SUMMARY " + on).orElse(""),
            answer == Format.TEXT ? "" : "FORMAT " + answer);
    Stream<String> more = others.stream().filter(o -> run || !needsRun(o));
    String all =
        Stream.concat(own, more).filter(o -> !o.isEmpty()).collect(Collectors.joining(", "));
    return all.isEmpty() ? "" : "(" + all + ")";
  }

  /**
   * Servers refuse these without ANALYZE; where the statement is run otherwise they say nothing.
   */
  private boolean needsRun(String option) {
    return analyze && (option.startsWith("WAL") || option.startsWith("SERIALIZE"));
  }

  public boolean showsSummary() {
    return summary.orElse(analyze);
  }
}
