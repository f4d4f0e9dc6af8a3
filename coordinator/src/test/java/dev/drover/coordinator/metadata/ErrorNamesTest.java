package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.ShardMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ErrorNamesTest {
  private static final String LONG_KEY = "k".repeat(63);

  private static final CatalogSnapshot CATALOG =
      CatalogSnapshot.of(
          1,
          Map.of(),
          Map.of(),
          List.of(
              table(
                  "renamed table",
                  new Distribution.Hash(
                      12, List.of(1), ShardMap.of(1, new int[] {1}), "orders$12")),
              table("total$13", new Distribution.RoundRobin(13, List.of(1)))),
          List.of());

  private static Relation table(String name, Distribution distribution) {
    return new Relation(
        distribution.distributionId(),
        "shop",
        name,
        Relation.Kind.TABLE,
        distribution,
        List.of(),
        List.of(
            new Relation.UniqueKey("orders_pkey", true, List.of(1), false),
            new Relation.UniqueKey(LONG_KEY, false, List.of(1), false)),
        List.of(new Relation.ForeignKey("orders_fk", List.of(1), 5, List.of(1))),
        Optional.empty(),
        true);
  }

  private static String message(String text) {
    ErrorFields fields = ErrorFields.of(Severity.ERROR, "23505", text);
    return ErrorNames.translate(fields, CATALOG).message();
  }

  @Test
  void indexesAndConstraintsHaveTheUsersNames() {
    assertThat(message("duplicate key value violates unique constraint \"orders_pkey$12\""))
        .isEqualTo("duplicate key value violates unique constraint \"orders_pkey\"");
    assertThat(message("violates foreign key constraint \"orders_fk$12\" on table \"orders$12\""))
        .isEqualTo("violates foreign key constraint \"orders_fk\" on table \"renamed table\"");
  }

  @Test
  void clippedNamesAreShownWhole() {
    String onLeaf = dev.drover.planner.ddl.LeafNames.object(LONG_KEY, 12);
    assertThat(onLeaf).hasSize(63).doesNotContain(LONG_KEY);
    assertThat(message("constraint \"" + onLeaf + "\""))
        .isEqualTo("constraint \"" + LONG_KEY + "\"");
  }

  @Test
  void leavesAreShownAsTheirTable() {
    assertThat(message("relation \"orders$12\"")).isEqualTo("relation \"renamed table\"");
    assertThat(message("SELECT 1 FROM ONLY \"drover$17\".\"orders$12\" x"))
        .isEqualTo("SELECT 1 FROM ONLY shop.\"renamed table\" x");
    assertThat(message("COPY orders$12, line 3")).isEqualTo("COPY renamed table, line 3");
  }

  @Test
  void namesOfUsersStayAsTheyAre() {
    for (String text :
        List.of(
            "table \"total$13\"",
            "table \"other$99\"",
            "no parameter $12",
            "value \"a$b\"",
            "costs 5$12",
            "\"$12\"")) {
      assertThat(message(text)).isEqualTo(text);
    }
  }

  @Test
  void fieldsAreTranslatedToo() {
    ErrorFields fields =
        ErrorFields.of(Severity.ERROR, "23505", "m")
            .with(ErrorFields.SCHEMA, "drover$17")
            .with(ErrorFields.TABLE, "orders$12")
            .with(ErrorFields.CONSTRAINT, "orders_pkey$12")
            .with(ErrorFields.DETAIL, "Key in \"orders$12\".");
    ErrorFields shown = ErrorNames.translate(fields, CATALOG);
    assertThat(shown.get(ErrorFields.SCHEMA)).contains("shop");
    assertThat(shown.get(ErrorFields.TABLE)).contains("renamed table");
    assertThat(shown.get(ErrorFields.CONSTRAINT)).contains("orders_pkey");
    assertThat(shown.get(ErrorFields.DETAIL)).contains("Key in \"renamed table\".");
  }

  @Test
  void theContextOfDroversOwnFunctionsIsCut() {
    ErrorFields fields =
        ErrorFields.of(Severity.ERROR, "23514", "m")
            .with(
                ErrorFields.WHERE,
                "SQL function \"mine\"\nSQL statement \"ALTER TABLE x\n ADD y\"\n"
                    + "PL/pgSQL function drover.run(text[]) line 6 at EXECUTE");
    assertThat(ErrorNames.translate(fields, CATALOG).get(ErrorFields.WHERE))
        .contains("SQL function \"mine\"");
    ErrorFields only =
        fields.with(ErrorFields.WHERE, "PL/pgSQL function drover.align(regclass) line 1 at RAISE");
    assertThat(ErrorNames.translate(only, CATALOG).get(ErrorFields.WHERE)).isEmpty();
  }

  @Test
  void whatNeedsNoTranslationIsPassedOn() {
    ErrorFields fields = ErrorFields.of(Severity.ERROR, "42601", "syntax error at \"$1\"");
    assertThat(ErrorNames.translate(fields, CATALOG)).isSameAs(fields);
  }
}
