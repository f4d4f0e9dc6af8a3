package dev.drover.coordinator.metadata;

import java.util.List;
import java.util.Optional;

/** One connection to the catalog node, as far as reading needs it; calls block. */
@FunctionalInterface
public interface CatalogQueries {
  /**
   * Every row of a query's result, its values in text format; empty for NULL.
   *
   * @throws dev.drover.pgwire.SqlError whatever the server reports
   */
  List<List<Optional<String>>> query(String sql);
}
