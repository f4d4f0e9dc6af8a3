package dev.drover.coordinator.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.coordinator.catalog.StatementText;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.sql.ShapeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeantRelationsTest {
  private static final ShardMap BEFORE = ShardMap.of(3, new int[] {1, 2});
  private static final ShardMap AFTER = ShardMap.of(3, new int[] {2, 2}, new int[] {1, 0});
  private static final List<Relation> RELATIONS =
      List.of(
          relation(1, "t", new Distribution.Hash(11, List.of(1), BEFORE, "t$11"), ""),
          relation(2, "T", new Distribution.RoundRobin(12, List.of(1)), ""),
          relation(3, "copied", new Distribution.Replicated(13, List.of(1), 1), ""),
          relation(4, "other", new Distribution.RoundRobin(14, List.of(1)), ""),
          relation(5, "seen", new Distribution.CatalogNode(), "SELECT a FROM s.\"T\""),
          relation(6, "twice", new Distribution.CatalogNode(), "SELECT a FROM s.seen, s.other"),
          relation(7, "called", new Distribution.CatalogNode(), "SELECT reader(1)"));
  private static final CatalogSnapshot CATALOG = catalog(RELATIONS);

  private static CatalogSnapshot catalog(List<Relation> relations) {
    return CatalogSnapshot.of(
        1,
        Map.of(),
        Map.of(),
        relations,
        List.of(
            routine("reader", Routine.Reach.REPLICATED_READ), routine("f", Routine.Reach.NONE)));
  }

  private static Routine routine(String name, Routine.Reach reach) {
    return new Routine("s", name, 1, Routine.Volatility.VOLATILE, reach);
  }

  private static Relation relation(int oid, String name, Distribution distribution, String view) {
    return new Relation(
        oid,
        "s",
        name,
        view.isEmpty() ? Relation.Kind.TABLE : Relation.Kind.VIEW,
        distribution,
        List.of(),
        List.of(),
        List.of(),
        Optional.of(view).filter(v -> !v.isEmpty()),
        true);
  }

  private static List<String> meant(String text) {
    return MeantRelations.of(CATALOG, text.getBytes(UTF_8)).stream()
        .map(Relation::name)
        .sorted()
        .toList();
  }

  private static boolean moved(CatalogSnapshot before, CatalogSnapshot now, String text) {
    return TableChanges.spreadOtherwise(
        before, now, StatementText.of(text.getBytes(UTF_8), new ShapeScanner()));
  }

  @Test
  void aNameIsAWholeWord() {
    assertThat(meant("SAVEPOINT start")).isEmpty();
    assertThat(meant("SELECT total, rtt FROM others WHERE f(1) = reader1")).isEmpty();
    assertThat(meant("SELECT ' t ' || $$t$$ -- t\n /* t */")).isEmpty();
    assertThat(meant("SELECT x.t FROM any.other o(x)")).containsExactly("other", "t");
  }

  @Test
  void namesAreFoldedUnlessTheyAreQuoted() {
    assertThat(meant("TABLE S.t")).containsExactly("t");
    assertThat(meant("TABLE T")).containsExactly("t");
    assertThat(meant("TABLE \"T\"")).containsExactly("T");
    assertThat(meant("TABLE U&\"\\0054\"")).containsExactly("T");
  }

  @Test
  void viewsAndFunctionsReachFurther() {
    assertThat(meant("TABLE seen")).containsExactly("T", "seen");
    assertThat(meant("TABLE twice")).containsExactly("T", "other", "seen", "twice");
    assertThat(meant("SELECT Reader(1)")).containsExactly("copied");
    assertThat(meant("TABLE called")).containsExactly("called", "copied");
  }

  @Test
  void whatCannotBeReadMayMeanAnything() {
    assertThat(meant("TABLE 't")).hasSize(RELATIONS.size());
    assertThat(meant("EXECUTE DIRECT ON (dn1) 'TABLE t'")).hasSize(RELATIONS.size());
  }

  /** Whatever it is called, or looked at through, by now. */
  @Test
  void aTableIsFoundByItsNameOfNow() {
    CatalogSnapshot moved = CATALOG.withShards(Map.of(3, AFTER));
    List<Relation> renamed = new ArrayList<>(moved.relations());
    renamed.removeIf(r -> r.oid() == 1);
    renamed.add(relation(1, "u", new Distribution.Hash(11, List.of(1), AFTER, "t$11"), ""));
    renamed.add(relation(8, "later", new Distribution.CatalogNode(), "SELECT a FROM s.u"));
    CatalogSnapshot now = catalog(renamed);
    for (String text : List.of("TABLE t", "TABLE u", "TABLE later")) {
      assertThat(moved(CATALOG, now, text)).as(text).isTrue();
      assertThat(moved(CATALOG, CATALOG, text)).as(text).isFalse();
    }
    assertThat(moved(CATALOG, now, "TABLE other")).isFalse();
  }
}
