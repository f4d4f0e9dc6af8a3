package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine.Reach;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoutineReachTest {
  private static final List<Relation> RELATIONS =
      List.of(
          relation("spread", new Distribution.RoundRobin(1, List.of(1)), Optional.empty()),
          relation("copied", new Distribution.Replicated(2, List.of(1), 1), Optional.empty()),
          relation("pg_class", new Distribution.CatalogNode(), Optional.empty()),
          relation("Mixed Case", new Distribution.RoundRobin(3, List.of(1)), Optional.empty()),
          relation(
              "seen", new Distribution.CatalogNode(), Optional.of("SELECT v FROM public.spread")));

  private static Relation relation(String name, Distribution distribution, Optional<String> view) {
    return new Relation(
        1,
        "public",
        name,
        view.isPresent() ? Relation.Kind.VIEW : Relation.Kind.TABLE,
        distribution,
        List.of(),
        List.of(),
        List.of(),
        view,
        true);
  }

  private static Reach of(String language, String body) {
    return of(new RoutineReach.Body("f", language, body, false, ""));
  }

  private static Reach of(RoutineReach.Body... bodies) {
    return new RoutineReach(RELATIONS, List.of(bodies)).of("f");
  }

  @Test
  void aBodyWithoutTablesReachesNothing() {
    assertThat(of("sql", "SELECT lower($1) FROM pg_class")).isEqualTo(Reach.NONE);
    assertThat(of("plpgsql", "BEGIN RETURN a + 1; END")).isEqualTo(Reach.NONE);
  }

  @Test
  void namesInCommentsAndLiteralsDoNotCount() {
    assertThat(of("sql", "SELECT 'spread' /* spread */ -- spread\n || E'\\'spread'"))
        .isEqualTo(Reach.NONE);
    assertThat(of("plpgsql", "BEGIN RAISE NOTICE $x$ spread $x$; END")).isEqualTo(Reach.NONE);
  }

  @Test
  void anEscapedQuoteHidesNothing() {
    assertThat(of("sql", "SELECT E'\\'', count(*) FROM spread WHERE v <> ''"))
        .isEqualTo(Reach.DISTRIBUTED);
  }

  @Test
  void tablesAndViewsAreFoundByName() {
    assertThat(of("sql", "SELECT count(*) FROM Public.SPREAD")).isEqualTo(Reach.DISTRIBUTED);
    assertThat(of("sql", "SELECT count(*) FROM \"Mixed Case\"")).isEqualTo(Reach.DISTRIBUTED);
    assertThat(of("sql", "SELECT count(*) FROM seen")).isEqualTo(Reach.DISTRIBUTED);
  }

  @Test
  void readingReplicatedTablesDiffersFromWritingThem() {
    assertThat(of("sql", "SELECT v FROM copied")).isEqualTo(Reach.REPLICATED_READ);
    assertThat(of("sql", "UPDATE copied SET v = 1")).isEqualTo(Reach.DISTRIBUTED);
  }

  @Test
  void dynamicSqlAndOtherLanguagesCannotBeTold() {
    assertThat(of("plpgsql", "BEGIN EXECUTE q; END")).isEqualTo(Reach.UNKNOWN);
    assertThat(of("sql", "SELECT query_to_xml($1, true, true, '')")).isEqualTo(Reach.UNKNOWN);
    assertThat(of("plperl", "return 1")).isEqualTo(Reach.UNKNOWN);
  }

  @Test
  void callsAreFollowed() {
    RoutineReach.Body inner = new RoutineReach.Body("g", "sql", "SELECT v FROM spread", false, "");
    RoutineReach.Body middle = new RoutineReach.Body("h", "sql", "SELECT g()", false, "");
    RoutineReach.Body outer = new RoutineReach.Body("f", "plpgsql", "SELECT h()", false, "");
    assertThat(of(outer, middle, inner)).isEqualTo(Reach.DISTRIBUTED);
  }

  @Test
  void overloadsCountByTheWorst() {
    RoutineReach.Body harmless = new RoutineReach.Body("f", "sql", "SELECT 1", false, "");
    RoutineReach.Body reading = new RoutineReach.Body("f", "sql", "TABLE spread", false, "");
    assertThat(of(harmless, reading)).isEqualTo(Reach.DISTRIBUTED);
  }

  @Test
  void extensionsAndVouchedRoutinesAreBelieved() {
    assertThat(of(new RoutineReach.Body("f", "c", "f", true, ""))).isEqualTo(Reach.NONE);
    assertThat(of(new RoutineReach.Body("f", "plpgsql", "EXECUTE q", false, "none")))
        .isEqualTo(Reach.NONE);
    assertThat(of(new RoutineReach.Body("f", "sql", "SELECT 1", false, "nonsense")))
        .isEqualTo(Reach.UNKNOWN);
  }
}
