package dev.drover.coordinator;

import dev.drover.coordinator.catalog.CatalogSource;
import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.metadata.CatalogQueries;
import dev.drover.coordinator.metadata.SlotOwners;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;

/** Reads the committed catalog over one connection, at one snapshot. */
record JdbcCatalogSource(DataSource catalogNode, CatalogViews views) implements CatalogSource {

  static JdbcCatalogSource of(DataSource catalogNode) {
    return new JdbcCatalogSource(catalogNode, atOneSnapshot(catalogNode, CatalogViews::of));
  }

  @Override
  public CatalogView load(long version) {
    return atOneSnapshot(catalogNode, queries -> views.load(queries, queries, true));
  }

  /** One statement, so that there is one snapshot. */
  @Override
  public Optional<CatalogView> advance(CatalogView known, long from, long to) {
    try (Connection connection = catalogNode.getConnection()) {
      return SlotOwners.since(sql -> rows(connection, sql), known.slotChange(), from, to)
          .map(owners -> known.withShards(owners.byGroup(), owners.newest()));
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static <T> T atOneSnapshot(DataSource catalogNode, Function<CatalogQueries, T> reader) {
    try (Connection connection = catalogNode.getConnection()) {
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try {
        return reader.apply(sql -> rows(connection, sql));
      } finally {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  static SqlError failed(SQLException e) {
    return SqlError.of(SqlState.CANNOT_CONNECT_NOW, "the catalog node could not be read")
        .withDetail(String.valueOf(e.getMessage()));
  }

  private static List<List<Optional<String>>> rows(Connection connection, String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      List<List<Optional<String>>> rows = new ArrayList<>();
      while (result.next()) {
        List<Optional<String>> row = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          row.add(Optional.ofNullable(result.getString(i)));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw failed(e);
    }
  }
}
