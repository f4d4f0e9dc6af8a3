package dev.drover.redistribute.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.redistribute.decode.Change;
import dev.drover.redistribute.decode.ChangeSource;
import dev.drover.redistribute.decode.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories of rows that go from source to source, with cuts and crashes wherever they may be. */
class CatchUpTest {
  private static final int SOURCES = 3;
  private static final int TARGETS = 2;
  private static final int SEEDS = 150;
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theTargetsHaveTheRowsOfTheSources(boolean unique) throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      new History(seed, unique).check();
    }
  }

  @Test
  void aRowInTheWayWaitsForTheRoundInWhichItGoes() throws Exception {
    Log from = new Log();
    Log to = new Log();
    Table table = new Table(true);
    from.commit(List.of(new Row(row("1", "a"), true)));
    from.mark("a");
    CatchUp catchUp = new CatchUp(Map.of(1, from, 2, to), Map.of(9, table), (_, _) -> List.of(9));
    catchUp.upTo(Map.of(1, "a"), LIMIT);
    to.commit(List.of(new Row(row("1", "b"), true)));
    to.mark("m");

    catchUp.upTo(Map.of(2, "m"), LIMIT);
    assertThat(table.rows).containsOnlyKeys(row("1", "a"));
    assertThatThrownBy(() -> catchUp.completelyUpTo(Map.of(2, "m"), LIMIT))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));

    from.commit(List.of(new Row(row("1", "a"), false)));
    from.mark("m");
    catchUp.completelyUpTo(Map.of(1, "m", 2, "m"), LIMIT);
    assertThat(table.rows).containsOnlyKeys(row("1", "b"));
  }

  @Test
  void nothingIsConfirmedBeforeItIsApplied() throws Exception {
    Log from = new Log();
    Log to = new Log();
    Table table = new Table(true);
    CatchUp catchUp = new CatchUp(Map.of(1, from, 2, to), Map.of(9, table), (_, _) -> List.of(9));
    to.commit(List.of(new Row(row("1", "a"), true)));
    to.mark("a");
    catchUp.upTo(Map.of(2, "a"), LIMIT);
    long confirmed = to.confirmed;
    assertThat(confirmed).isPositive();

    from.commit(List.of(new Row(row("1", "b"), true)));
    from.mark("b");
    catchUp.upTo(Map.of(1, "b"), LIMIT);

    assertThat(from.confirmed).isZero();
    assertThat(to.confirmed).isEqualTo(confirmed);
  }

  /** Asking a source that has nothing takes as long as a thousand changes of another. */
  @Test
  void aSourceThatIsQuietHoldsNoOtherUp() throws Exception {
    int changes = 10_000;
    Log busy = new Log();
    Log quiet = new Log();
    Table table = new Table(true);
    CatchUp catchUp =
        new CatchUp(Map.of(1, busy, 2, quiet), Map.of(9, table), (_, _) -> List.of(9));
    for (int i = 0; i < changes; i++) {
      busy.commit(List.of(new Row(row(Integer.toString(i), "a"), true)));
    }
    busy.mark("m");

    catchUp.completelyUpTo(Map.of(1, "m"), LIMIT);

    assertThat(table.rows).hasSize(changes);
    assertThat(quiet.asked).isLessThan(changes / 100);
  }

  private static List<Optional<String>> row(String key, String value) {
    return List.of(Optional.of(key), Optional.of(value));
  }

  /** A row comes or goes. */
  private record Row(List<Optional<String>> row, boolean comes) {}

  /** What a source has committed; reading begins behind what is confirmed. */
  private static final class Log implements ChangeSource {
    final List<Change> changes = new ArrayList<>();
    final List<Long> ends = new ArrayList<>();
    long confirmed;
    int asked;
    private Optional<Change> cut = Optional.empty();
    private int next;
    private int visible;
    private long lsn;

    void commit(List<Row> rows) {
      lsn += 10;
      int number = 0;
      for (Row row : rows) {
        Position position = new Position(lsn, ++number);
        add(
            row.comes()
                ? new Change.Inserted(position, "t", row.row())
                : new Change.Deleted(position, "t", row.row()));
      }
      add(new Change.Committed(lsn + 1));
    }

    void mark(String marker) {
      lsn += 10;
      add(new Change.Marked(marker));
      add(new Change.Committed(lsn + 1));
    }

    private void add(Change change) {
      changes.add(change);
      ends.add(lsn + 1);
      visible = changes.size();
    }

    /** From here on a new reader gets what was not confirmed. */
    void restart() {
      next = 0;
      while (next < changes.size() && ends.get(next) <= confirmed) {
        next++;
      }
    }

    /** What is behind has not come yet when the marker has. */
    void showOnly(int count, String marker) {
      visible = Math.min(count, changes.size());
      cut = Optional.of(new Change.Marked(marker));
    }

    int read() {
      return next;
    }

    @Override
    public Optional<Change> next() {
      asked++;
      if (next < visible) {
        return Optional.of(changes.get(next++));
      }
      Optional<Change> last = cut;
      cut = Optional.empty();
      return last;
    }

    @Override
    public void confirm(long endLsn) {
      confirmed = Math.max(confirmed, endLsn);
    }

    @Override
    public void close() {}
  }

  /** Rows of a node, in memory; dies when told to, before or after its commit. */
  private static final class Table implements Target {
    final Map<List<Optional<String>>, Integer> rows = new HashMap<>();
    final Map<Integer, Position> progress = new HashMap<>();
    final boolean unique;
    int applications = Integer.MAX_VALUE;
    boolean diesAfter;

    Table(boolean unique) {
      this.unique = unique;
    }

    @Override
    public Map<Integer, Position> progress() {
      return progress;
    }

    @Override
    public void apply(Net net, Map<Integer, Position> from, Map<Integer, Position> to)
        throws SQLException {
      boolean dies = --applications <= 0;
      if (dies && !diesAfter) {
        throw new SQLException("dead", "57P01");
      }
      Map<List<Optional<String>>, Integer> after = new HashMap<>(rows);
      net.leaving().forEach(r -> after.merge(r.row(), -r.count(), Integer::sum));
      net.coming().forEach(r -> after.merge(r.row(), r.count(), Integer::sum));
      after.values().removeIf(count -> count == 0);
      assertThat(after.values()).allMatch(count -> count > 0);
      Set<Optional<String>> keys = new HashSet<>();
      if (unique
          && !after.entrySet().stream()
              .allMatch(e -> e.getValue() == 1 && keys.add(e.getKey().getFirst()))) {
        throw new SQLException("twice", "23505");
      }
      rows.clear();
      rows.putAll(after);
      progress.putAll(to);
      if (dies) {
        throw new SQLException("dead", "57P01");
      }
    }
  }

  /** One seed's. */
  private static final class History {
    private static final int TRANSACTIONS = 40;
    private static final int KEYS = 6;

    private final int seed;
    private final Random random;
    private final boolean unique;
    private final List<Log> logs = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();

    /** Where the rows are; keyless tables may have one more than once. */
    private final List<Placed> model = new ArrayList<>();

    private record Placed(int source, List<Optional<String>> row) {}

    History(int seed, boolean unique) {
      this.seed = seed;
      this.random = new Random(seed);
      this.unique = unique;
      for (int i = 0; i < SOURCES; i++) {
        logs.add(new Log());
      }
      for (int i = 0; i < TARGETS; i++) {
        tables.add(new Table(unique));
      }
    }

    void check() throws SQLException {
      for (int i = 0; i < TRANSACTIONS; i++) {
        transaction();
      }
      int rounds = 0;
      while (rounds++ < 20) {
        session();
      }
      for (Log log : logs) {
        log.mark("end");
        log.restart();
      }
      tables.forEach(table -> table.applications = Integer.MAX_VALUE);
      catchUp().completelyUpTo(Map.of(0, "end", 1, "end", 2, "end"), LIMIT);
      for (int target = 0; target < TARGETS; target++) {
        assertThat(tables.get(target).rows).as("seed %d", seed).isEqualTo(expected(target));
      }
    }

    /** One reader's life, with a crash at its end more often than not. */
    private void session() throws SQLException {
      logs.forEach(Log::restart);
      Table victim = tables.get(random.nextInt(TARGETS));
      victim.applications = 1 + random.nextInt(4);
      victim.diesAfter = random.nextBoolean();
      try {
        CatchUp catchUp = catchUp();
        for (int i = 0; i < 3; i++) {
          String cut = "cut " + i;
          logs.forEach(log -> log.showOnly(log.read() + random.nextInt(8), cut));
          catchUp.upTo(Map.of(0, cut, 1, cut, 2, cut), LIMIT);
        }
      } catch (SQLException e) {
        assertThat(e.getSQLState()).isEqualTo("57P01");
      }
      victim.applications = Integer.MAX_VALUE;
    }

    private CatchUp catchUp() throws SQLException {
      Map<Integer, ChangeSource> sources = new HashMap<>();
      for (int i = 0; i < SOURCES; i++) {
        sources.put(i, logs.get(i));
      }
      Map<Integer, Target> targets = new HashMap<>();
      for (int i = 0; i < TARGETS; i++) {
        targets.put(i, tables.get(i));
      }
      return new CatchUp(sources, targets, (_, row) -> List.of(target(row)));
    }

    private static int target(List<Optional<String>> row) {
      return Math.floorMod(row.getFirst().hashCode(), TARGETS);
    }

    /** Some rows come, go, change or move; its parts commit in any order of the sources. */
    private void transaction() {
      Map<Integer, List<Row>> parts = new HashMap<>();
      int changes = 1 + random.nextInt(3);
      for (int i = 0; i < changes; i++) {
        change(parts);
      }
      List<Integer> order = new ArrayList<>(parts.keySet());
      Collections.shuffle(order, random);
      order.forEach(source -> logs.get(source).commit(parts.get(source)));
    }

    private void change(Map<Integer, List<Row>> parts) {
      List<Optional<String>> row =
          row("k" + random.nextInt(KEYS), "v" + random.nextInt(unique ? 1000 : 2));
      Optional<Placed> old =
          model.stream()
              .filter(p -> p.row().getFirst().equals(row.getFirst()))
              .findAny()
              .filter(_ -> unique || random.nextBoolean());
      old.ifPresent(
          p -> {
            model.remove(p);
            add(parts, p.source(), new Row(p.row(), false));
          });
      if (old.isEmpty() || random.nextInt(3) > 0) {
        Placed placed = new Placed(random.nextInt(SOURCES), row);
        model.add(placed);
        add(parts, placed.source(), new Row(row, true));
      }
    }

    private static void add(Map<Integer, List<Row>> parts, int source, Row row) {
      parts.computeIfAbsent(source, _ -> new ArrayList<>()).add(row);
    }

    private Map<List<Optional<String>>, Integer> expected(int target) {
      Map<List<Optional<String>>, Integer> rows = new HashMap<>();
      for (Placed placed : model) {
        if (target(placed.row()) == target) {
          rows.merge(placed.row(), 1, Integer::sum);
        }
      }
      return rows;
    }
  }
}
