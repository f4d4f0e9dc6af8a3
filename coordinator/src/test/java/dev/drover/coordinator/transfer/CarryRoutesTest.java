package dev.drover.coordinator.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.KeyColumn;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What each node keeps and sends, by the shape of the old table and of the new one. */
class CarryRoutesTest {
  private static final CarryRows.Leaves LEAVES =
      new CarryRows.Leaves(
          false,
          List.of("\"k\""),
          List.of(new KeyColumn(0, HashType.INT4, -1, "int4")),
          "7",
          "t$7",
          "{1,2,3,1}");

  @Test
  void aNodeSendsWhatItDoesNotKeep() {
    CarryRoutes routes = routes(List.of(1, 2), false, LEAVES);
    assertThat(routes.routes()).extracting(CarryRoutes.Route::node).containsExactly(1, 2);
    CarryRoutes.Route first = routes.routes().getFirst();
    assertThat(first.keep()).contains(slots(0, 3));
    assertThat(first.send()).contains(new CarryRoutes.Send(slots(1, 2), List.of(2, 3)));
    CarryRoutes.Route second = routes.routes().getLast();
    assertThat(second.keep()).contains(slots(1));
    assertThat(second.send())
        .contains(new CarryRoutes.Send("NOT (" + slots(1) + ")", List.of(1, 3)));
  }

  @Test
  void ofCopiesOneServesTheNodesThatHaveNone() {
    CarryRoutes routes = routes(List.of(1, 2), true, LEAVES);
    assertThat(routes.routes().getFirst().send())
        .contains(new CarryRoutes.Send(slots(2), List.of(2, 3)));
    assertThat(routes.routes().getLast().send()).isEmpty();
    CarryRoutes copies = routes(List.of(1, 2), true, new CarryRows.Copies(List.of(2, 3)));
    assertThat(copies.routes())
        .containsExactly(
            new CarryRoutes.Route(
                1, Optional.empty(), Optional.of(new CarryRoutes.Send("true", List.of(3)))),
            new CarryRoutes.Route(2, Optional.of("true"), Optional.empty()));
  }

  @Test
  void rowsThatMayBeAnywhereStayIfTheirNodeDoes() {
    CarryRoutes routes = routes(List.of(1, 2), false, new CarryRows.Anywhere(List.of(2, 3)));
    assertThat(routes.routes())
        .containsExactly(
            new CarryRoutes.Route(
                1, Optional.empty(), Optional.of(new CarryRoutes.Send("true", List.of(2, 3)))),
            new CarryRoutes.Route(2, Optional.of("true"), Optional.empty()));
  }

  @Test
  void oneOfTheCopiesIsDealtOut() {
    CarryRoutes routes = routes(List.of(1, 2), true, new CarryRows.Anywhere(List.of(2, 3)));
    assertThat(routes.routes()).hasSize(1);
    CarryRoutes.Route only = routes.routes().getFirst();
    assertThat(only.node()).isEqualTo(2);
    assertThat(only.send())
        .contains(new CarryRoutes.Send("NOT (" + only.keep().orElseThrow() + ")", List.of(3)));
  }

  private static CarryRoutes routes(List<Integer> nodes, boolean copies, CarryRows.Target target) {
    CarryRows rows =
        new CarryRows("old", "new", List.of("\"k\""), new CarryRows.Source(nodes, copies), target);
    return CarryRoutes.of(rows, UnaryOperator.identity());
  }

  private static String slots(int... slots) {
    List<String> each =
        IntStream.of(slots)
            .mapToObj(
                slot ->
                    "pg_catalog.satisfies_hash_partition('new'::regclass, 4, %d, \"k\")"
                        .formatted(slot))
            .toList();
    return String.join(" OR ", each);
  }
}
