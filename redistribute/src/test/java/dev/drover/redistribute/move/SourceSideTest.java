package dev.drover.redistribute.move;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.redistribute.apply.TwoNodes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SourceSideTest {
  private static final int TABLES = 200;

  /** The server counts; others that work on it begin few transactions meanwhile. */
  @Test
  void oneQuestionIsOfAllTables() throws SQLException {
    try (TwoNodes nodes = new TwoNodes();
        Link link = new Link(nodes.connect(1, "test"))) {
      SourceSide side = new SourceSide(new MoveId(5), link);
      assertThat(side.keyless(List.of())).isEmpty();
      List<MovedTable> tables = new ArrayList<>();
      List<MovedTable> expected = new ArrayList<>();
      link.run("CREATE PUBLICATION drover_m5_rows; CREATE PUBLICATION drover_m5");
      for (int i = 0; i < TABLES; i++) {
        MovedTable table = table("public.\"It's %d\"".formatted(i));
        String publication = i % 3 == 0 ? "drover_m5_rows" : "drover_m5";
        link.run("CREATE TABLE " + table.leaf() + " ()");
        link.run("ALTER PUBLICATION %s ADD TABLE %s".formatted(publication, table.leaf()));
        tables.add(table);
        if (i % 3 == 0) {
          expected.add(table);
        }
      }
      tables.add(table("public.gone"));
      long before = transactions(link);
      assertThat(side.keyless(tables)).isEqualTo(expected);
      assertThat(transactions(link) - before).isLessThan(TABLES / 2);
    }
  }

  private static MovedTable table(String leaf) {
    return new MovedTable(1, "parent", leaf, "owner", "{}", Optional.empty());
  }

  private static long transactions(Link link) throws SQLException {
    link.run("SELECT pg_stat_force_next_flush()");
    return link.ask("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
        .map(Long::parseLong)
        .orElseThrow();
  }
}
