package dev.drover.coordinator.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.TableStatistics;
import dev.drover.planner.context.FunctionCatalog;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When statements may be planned, while changes of the schema come and go. */
class CatalogCacheTest {
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final Deque<Runnable> blocking = new ArrayDeque<>();
  private final CatalogCache cache = new CatalogCache(this::load, 1, blocking::add);

  @Test
  void statementsWaitUntilTheNewViewIsRead() {
    cache.stale();
    List<CatalogView> handedOut = waiting();
    cache.current(2);
    assertThat(handedOut).isEmpty();
    read();
    assertThat(handedOut).containsExactly(cache.view());
    assertThat(cache.isCurrent(cache.view())).isTrue();
  }

  @Test
  void aCommittedChangeIsReadBeforeStatementsMayGoOnByIt() {
    CatalogView before = cache.view();
    cache.stale();
    List<CatalogView> handedOut = waiting();
    cache.committed(2);
    read();
    assertThat(cache.isCurrent()).isFalse();
    assertThat(handedOut).isEmpty();
    cache.current(2);
    loop.runPendingTasks();
    assertThat(blocking).isEmpty();
    assertThat(handedOut).containsExactly(cache.view()).doesNotContain(before);
  }

  @Test
  void statementsGoOnWhenACommittedChangeIsOverBeforeItIsRead() {
    cache.stale();
    List<CatalogView> handedOut = waiting();
    cache.committed(2);
    cache.current(2);
    assertThat(handedOut).isEmpty();
    read();
    assertThat(handedOut).containsExactly(cache.view());
    assertThat(cache.isCurrent()).isTrue();
  }

  @Test
  void aChangeThatComesToNothingLetsStatementsGoOnByTheSameView() {
    CatalogView before = cache.view();
    cache.stale();
    List<CatalogView> handedOut = waiting();
    cache.current(1);
    loop.runPendingTasks();
    assertThat(handedOut).containsExactly(before);
  }

  /** The view that is being read is old before it is there. */
  @Test
  void aChangeAnnouncedDuringALoadIsWaitedFor() {
    cache.stale();
    cache.current(2);
    List<CatalogView> handedOut = waiting();
    cache.stale();
    read();
    assertThat(cache.isCurrent()).isFalse();
    assertThat(handedOut).isEmpty();
    cache.current(3);
    read();
    assertThat(handedOut).containsExactly(cache.view());
  }

  @Test
  void anOlderViewIsNotCurrent() {
    CatalogView before = cache.view();
    cache.stale();
    assertThat(cache.isCurrent(before)).isFalse();
    cache.current(2);
    read();
    assertThat(cache.isCurrent(before)).isFalse();
  }

  /** A source that cannot tell what has changed is asked for everything. */
  @Test
  void aViewIsAdvancedWhereItCanBe() {
    CatalogView moved = load(2);
    CatalogCache advancing =
        new CatalogCache(
            new CatalogSource() {
              @Override
              public CatalogView load(long version) {
                return CatalogCacheTest.this.load(version);
              }

              @Override
              public Optional<CatalogView> advance(CatalogView known, long from, long to) {
                return from == 1 && to == 2 ? Optional.of(moved) : Optional.empty();
              }
            },
            1,
            Runnable::run);
    advancing.current(2);
    assertThat(advancing.view()).isSameAs(moved);
    advancing.current(3);
    assertThat(advancing.view()).isNotSameAs(moved);
    assertThat(advancing.version()).isEqualTo(3);
  }

  /** Plans live as long as their view does. */
  @Test
  void onlyMuchNewerStatisticsMakeAnotherView() {
    CatalogView before = cache.view();
    assertThat(cache.statistics(rows(10_000))).isTrue();
    CatalogView sized = cache.view();
    assertThat(cache.isCurrent(before)).isFalse();
    assertThat(cache.isCurrent(sized)).isTrue();
    assertThat(cache.statistics(rows(15_000))).isFalse();
    assertThat(cache.isCurrent(sized)).isTrue();
    assertThat(cache.statistics(rows(20_000))).isTrue();
    assertThat(cache.view().snapshot().statistics()).isEqualTo(rows(20_000));
  }

  private static Map<Integer, TableStatistics> rows(double rows) {
    return Map.of(1000, new TableStatistics(rows, 100, Map.of()));
  }

  /** The view that was asked for is there. */
  private void read() {
    blocking.remove().run();
    loop.runPendingTasks();
  }

  private List<CatalogView> waiting() {
    List<CatalogView> handedOut = new ArrayList<>();
    cache.whenCurrent(
        loop.eventLoop(),
        handedOut::add,
        error -> {
          throw error;
        });
    return handedOut;
  }

  private CatalogView load(long version) {
    return new CatalogView(
        CatalogSnapshot.of(version, Map.of(), Map.of(), List.of(), List.of()),
        new FunctionCatalog(Set.of(), Set.of(), Set.of(), Set.of()),
        new CatalogTypes(Map.of(), Map.of()),
        true,
        true);
  }
}
