package dev.drover.coordinator.transfer;

import dev.drover.pgwire.ErrorFields;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the nodes say of the rows that {@code ON_ERROR ignore} leaves out, as one server would say
 * it: each row once, in the client's lines, and one count at the end.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class SkippedRows {
  private static final Pattern COUNT =
      Pattern.compile("(\\d+) rows? (?:was|were) skipped due to data type incompatibility");

  private static final Pattern LINE =
      Pattern.compile("^(skipping row due to data type incompatibility at line )(\\d+)");

  private final Optional<Integer> onlyNode;
  private Optional<ErrorFields> counting = Optional.empty();
  private long count;

  /** {@code onlyNode} is the one whose rows count when all nodes get the same. */
  SkippedRows(Optional<Integer> onlyNode) {
    this.onlyNode = onlyNode;
  }

  /**
   * The notice as the client is shown it now; empty when it is counted.
   *
   * @param clientLine from a line of the node's COPY to the client's
   */
  Optional<ErrorFields> shown(int node, ErrorFields notice, UnaryOperator<String> clientLine) {
    Matcher counted = COUNT.matcher(notice.message());
    Matcher row = LINE.matcher(notice.message());
    boolean isSkipped = counted.matches() || row.find();
    if (isSkipped && onlyNode.map(only -> only != node).orElse(false)) {
      return Optional.empty();
    }
    if (counted.matches()) {
      count += Long.parseLong(counted.group(1));
      counting = Optional.of(notice);
      return Optional.empty();
    }
    String message =
        row.replaceFirst(
            (MatchResult match) ->
                Matcher.quoteReplacement(match.group(1) + clientLine.apply(match.group(2))));
    return Optional.of(notice.with(ErrorFields.MESSAGE, message));
  }

  /** The count, when there is one. */
  Optional<ErrorFields> sum() {
    String rows = count == 1 ? "1 row was" : count + " rows were";
    return counting.map(
        notice ->
            notice.with(ErrorFields.MESSAGE, rows + " skipped due to data type incompatibility"));
  }
}
