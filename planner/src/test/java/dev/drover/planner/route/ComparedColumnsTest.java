package dev.drover.planner.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.FieldDescription;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.context.FunctionCatalog;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SearchPath;
import dev.drover.planner.context.TypeNames;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.SqlParser;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which columns of rows that move equal columns of others, by which PostgreSQL joins them. */
class ComparedColumnsTest {
  private static final CatalogSnapshot CATALOG =
      TestSchema.read(
          List.of(
              "nodes dn1 dn2",
              "table lines hash id",
              "  id bigint primary",
              "  supplier bigint",
              "  price numeric",
              "table suppliers hash id",
              "  id bigint primary",
              "  nation bigint",
              "  kind integer",
              "table nations replicated",
              "  id bigint primary",
              "  name text not null",
              "statistics lines 1000000 id=1000000 supplier=1000",
              "statistics suppliers 1000 id=1000 nation=25 kind=3",
              "statistics nations 25 id=25 name=25"));
  private static final FunctionCatalog FUNCTIONS =
      new FunctionCatalog(Set.of(), Set.of(), Set.of("sum", "count"), Set.of());

  @Test
  void thoseOfTablesThatMove() {
    Exchange suppliers =
        exchangeWith(
            "kind",
            "SELECT l.id, l.price FROM lines l, suppliers s JOIN nations n ON n.id = s.nation"
                + " WHERE l.supplier = s.id AND s.kind < 3 AND n.name < 'b'");
    assertThat(suppliers.compared()).containsExactlyInAnyOrder("id", "nation");
  }

  @Test
  void thoseOfResultsThatMove() {
    Exchange groups =
        exchangeWith(
            "c2",
            "SELECT s.kind, g.number FROM suppliers s, (SELECT supplier, count(*) AS number"
                + " FROM lines GROUP BY supplier) g WHERE s.id = g.supplier");
    assertThat(groups.compared()).containsExactly("c1");
  }

  /** The first one that has this column. */
  private static Exchange exchangeWith(String column, String sql) {
    byte[] text = sql.getBytes(UTF_8);
    RoutingContext context =
        new RoutingContext(
            CATALOG,
            new SearchPath(List.of("pg_temp_1", "pg_catalog", "public"), "pg_temp_1"),
            text,
            new StatementFacts(
                List.of(),
                List.of(
                    FieldDescription.of("a", TestSchema.typeOid("bigint"), -1),
                    FieldDescription.of("b", TestSchema.typeOid("numeric"), -1))),
            FUNCTIONS,
            TypeNames.builtIn(),
            new RoutingContext.Session(false, false, false));
    Plan plan = Router.route(SqlParser.parse(text).getFirst(), context).plan();
    return ((Plan.Fragments) plan)
        .exchanges().stream()
            .filter(x -> x.columns().stream().anyMatch(c -> c.name().equals(column)))
            .findFirst()
            .orElseThrow();
  }
}
