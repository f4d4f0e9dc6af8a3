package dev.drover.deploy.tpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class SuiteTest {
  private static final double SCALE = 0.01;

  @Test
  void rowsAreLinesOfCopyWithAllColumns() {
    SuiteTable lines = table(Tpch.suite(SCALE), "lineitem");
    String first = lines.rows().iterator().next();
    assertThat(first).startsWith("1\t").doesNotContain("|");
    assertThat(first.split("\t", -1)).hasSize(16);
    assertThat(count(lines.rows())).isEqualTo(60_175);
  }

  @Test
  void eachIterationGeneratesTheSameRows() {
    SuiteTable items = table(Tpcds.suite(SCALE), "item");
    assertThat(items.rows()).hasSize(2_000).containsExactlyElementsOf(items.rows());
  }

  @Test
  void nullsAreThoseOfCopy() {
    SuiteTable stores = table(Tpcds.suite(SCALE), "store");
    assertThat(stores.rows().iterator().next())
        .startsWith("1\tAAAAAAAABAAAAAAA\t1997-03-13\t\\N\t");
  }

  @Test
  void aKeyIsDeclaredWhereItsRowsLieTogether() {
    SuiteTable orders = table(Tpch.suite(SCALE), "orders");
    assertThat(orders.create(Layout.PLAIN)).endsWith("PRIMARY KEY (o_orderkey))");
    assertThat(orders.create(Layout.GOOD))
        .endsWith("PRIMARY KEY (o_orderkey)) DISTRIBUTE BY HASH (o_orderkey)");
    assertThat(orders.create(Layout.BAD)).endsWith(") DISTRIBUTE BY HASH (o_orderdate)");
    assertThat(orders.create(Layout.BAD)).doesNotContain("PRIMARY KEY");
    assertThat(orders.complete(Layout.BAD)).contains("CREATE INDEX ON orders (o_orderkey)");
  }

  @Test
  void queriesAreComplete() {
    assertThat(Tpch.suite(SCALE).queries())
        .hasSize(Tpch.QUERIES)
        .allSatisfy(query -> assertThat(query.statements()).hasSize(1));
    assertThat(Tpcds.suite(SCALE).queries())
        .hasSize(Tpcds.QUERIES)
        .filteredOn(query -> query.statements().size() > 1)
        .extracting(Query::name)
        .containsExactly("q14", "q23", "q24", "q39");
  }

  @Test
  void theFractionOfQuery11FollowsTheScale() {
    assertThat(Tpch.suite(1).queries().get(10).statements().getFirst()).contains("* 0.0001\n");
    assertThat(Tpch.suite(SCALE).queries().get(10).statements().getFirst()).contains("* 0.01\n");
  }

  @Test
  void theFirstDifferenceIsShown() {
    Answer right = new Answer(List.of("a int4", "1", "2"));
    assertThat(new Answer(right.lines()).differenceFrom(right)).isEmpty();
    assertThat(new Answer(List.of("a int4", "1", "3")).differenceFrom(right))
        .contains("line 2 of 3 is <3>, should be <2> of 3");
    assertThat(new Answer(List.of("a int4", "1")).differenceFrom(right))
        .contains("line 2 of 2 is <>, should be <2> of 3");
  }

  private static SuiteTable table(Suite suite, String name) {
    return suite.tables().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
  }

  private static long count(Iterable<String> rows) {
    return StreamSupport.stream(rows.spliterator(), false).count();
  }
}
