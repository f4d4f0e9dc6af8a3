package dev.drover.coordinator.cursor;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.FieldDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cursor that can be fetched from.
 *
 * @param hold it outlives its transaction
 * @param binary rows are in binary format in the simple protocol
 * @param columns as the query's own description has them
 */
public record OpenCursor(
    String name, Place place, boolean hold, boolean binary, List<FieldDescription> columns) {
  /** Who has the cursor. */
  public sealed interface Place {
    /**
     * The transaction's connection to a node.
     *
     * @param leaves the slots of the leaves that it reads, by their names
     * @param locks it locks the rows that it reads
     */
    record OnNode(int node, Map<String, Integer> leaves, boolean locks) implements Place {
      public OnNode {
        leaves = Map.copyOf(leaves);
      }
    }

    /**
     * A connection of the session to the catalog node that takes part in no transaction.
     *
     * @param places empty where rows cannot be found again
     * @param locks it locks the rows that it reads
     * @param rows its rows are those of one table
     */
    record Kept(Backend worker, Optional<RowPlaces> places, boolean locks, boolean rows)
        implements Place {}
  }

  public OpenCursor {
    requireNonNull(name);
    requireNonNull(place);
    columns = List.copyOf(columns);
  }

  public String quotedName() {
    return quoted(name);
  }

  /** A name as SQL needs it. */
  public static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
