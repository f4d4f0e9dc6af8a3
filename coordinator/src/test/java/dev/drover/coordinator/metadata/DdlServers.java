package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.ddl.SqlQuote;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A cluster for the tests of a class, and what each test leaves behind cleaned up. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DdlServers {
  static final String LEAVES =
      """
      SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner) FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname ~ '^drover\\$' ORDER BY length(n.nspname), 1, 2\
      """;

  DdlCluster cluster;
  DdlSession alice;

  abstract PostgresBinaries binaries();

  @BeforeAll
  void startCluster() throws SQLException {
    cluster = DdlCluster.start(binaries());
  }

  @AfterAll
  void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void openSession() throws SQLException {
    alice = cluster.session("alice");
  }

  @AfterEach
  void dropTables() throws SQLException {
    alice.close();
    try (DdlSession superuser = cluster.session("root")) {
      for (Relation relation : superuser.snapshot().relations()) {
        if (relation.distributed()) {
          superuser.run("DROP TABLE IF EXISTS %s CASCADE".formatted(SqlQuote.qualified(relation)));
        }
      }
    }
    for (int node = 1; node <= DdlCluster.DATANODES; node++) {
      assertThat(cluster.ask(node, LEAVES)).isEmpty();
    }
    assertThat(cluster.askCatalog("SELECT * FROM drover.distributions")).isEmpty();
  }

  final Relation table(String name) {
    return alice.snapshot().relation("public", name).orElseThrow();
  }
}
