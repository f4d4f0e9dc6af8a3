package dev.drover.deploy.bench;

import dev.drover.deploy.bench.MoveTables.Leaf;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * What moves cost: copies beside a bare pipe, series of moves alone and under load, a fourth node.
 *
 * <p>Threads: {@link #run} is called once; {@link #close} may come from another thread at any time.
 */
public final class MovesRun implements AutoCloseable {
  private static final int NODES = 3;
  private static final int CALM_SECONDS = 10;
  private static final double MICROS_PER_MILLI = 1000;
  private static final double MICROS_PER_SECOND = 1e6;
  private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String postgres;
  private final Size size;
  private final Contenders contenders;
  private final Consumer<String> out;
  private final MoveGoals goals = new MoveGoals();

  /**
   * How much is done.
   *
   * @param moves in each series
   * @param rows of the first of two tables
   * @param copies of the large leaf
   * @param copyRows in it
   * @param clients of the load
   */
  public record Size(int moves, int rows, int copies, int copyRows, int clients) {
    public Size {
      if (moves < 1 || rows < 1 || copies < 1 || copyRows < 1 || clients < 1) {
        throw new BenchException("numbers of moves, rows, copies and clients are positive");
      }
    }
  }

  /** {@code out} takes the report, line by line as it is measured. */
  public MovesRun(String postgres, Size size, OltpRun.Place place, Consumer<String> out) {
    this.postgres = postgres;
    this.size = size;
    this.contenders = new Contenders(place);
    this.out = out;
  }

  /** Starts a cluster of three datanodes, measures, and reports; true when no goal is missed. */
  public boolean run() {
    DroverCluster cluster = contenders.drover(postgres);
    MoveTables tables = new MoveTables(cluster);
    try (Client client = Client.of(cluster)) {
      tables.create(client, size.rows());
      out.accept(MoveSeries.HEAD);
      copies(client, tables);
      idle(client, tables);
      loaded(cluster, client, tables);
      grow(cluster, client, tables);
    } catch (SQLException e) {
      throw new BenchException("the benchmark failed: " + e.getMessage(), e);
    }
    goals.missed().forEach(out);
    return goals.missed().isEmpty();
  }

  /** A leaf so large that what each move costs besides does not count. */
  private void copies(Client client, MoveTables tables) throws SQLException {
    int slot = tables.createLarge(client, size.copyRows());
    SlotMove move = new SlotMove(client, tables);
    MoveSeries rate = new MoveSeries();
    MoveSeries ratio = new MoveSeries();
    for (int i = 0; i < size.copies(); i++) {
      List<Leaf> leaves = ofSlot(client, tables, slot);
      String target = target(leaves);
      long bytes = tables.bytes(leaves);
      long bare = tables.barePipeMicros(leaves, target);
      long copied = move.copyMicros(leaves.getFirst(), target);
      rate.add(bytes / (double) copied);
      ratio.add(bare / (double) copied);
    }
    out.accept(rate.line("copy and indexes of a large leaf, MB/s"));
    out.accept(ratio.line("the same by the rate of a bare pipe"));
    goals.copied(ratio);
    tables.dropLarge(client);
  }

  private void idle(Client client, MoveTables tables) throws SQLException {
    SlotMove move = new SlotMove(client, tables);
    MoveSeries blocked = new MoveSeries();
    MoveSeries whole = new MoveSeries();
    for (int i = 0; i < size.moves(); i++) {
      List<Leaf> leaves = next(client, tables, i);
      long began = System.nanoTime();
      blocked.add(moved(move, leaves).blockedMillis());
      whole.add(micros(began) / MICROS_PER_MILLI);
    }
    out.accept(whole.line("idle: a whole move, ms"));
    out.accept(blocked.line("idle: writers blocked, ms"));
    goals.idle(blocked);
  }

  private void loaded(DroverCluster cluster, Client client, MoveTables tables) throws SQLException {
    SlotMove move = new SlotMove(client, tables);
    MoveSeries blocked = new MoveSeries();
    MoveSeries attempts = new MoveSeries();
    MoveSeries waited = new MoveSeries();
    MoveSeries stalled = new MoveSeries();
    long began = System.nanoTime();
    try (MoveLoad load = new MoveLoad(cluster, keys(client, tables), size.clients())) {
      MoveSeries calm = calm(load);
      for (int i = 0; i < size.moves(); i++) {
        List<Leaf> leaves = next(client, tables, i);
        int slot = leaves.getFirst().slot();
        load.reset();
        SlotMove.Moved moved = moved(move, leaves);
        blocked.add(moved.blockedMillis());
        attempts.add(moved.attempts());
        waited.add(load.longestMicros(slot) / MICROS_PER_MILLI);
        stalled.add(load.longestMicrosElsewhere(slot) / MICROS_PER_MILLI);
      }
      out.accept(
          "load: %d clients, %.0f statements/s"
              .formatted(size.clients(), load.count() * MICROS_PER_SECOND / micros(began)));
      out.accept(calm.line("loaded, no move: longest statement, ms"));
      out.accept(blocked.line("loaded: writers blocked, ms"));
      out.accept(attempts.line("loaded: attempts at the cutover"));
      out.accept(waited.line("loaded: longest statement on the slot, ms"));
      out.accept(stalled.line("loaded: longest statement elsewhere, ms"));
    }
    goals.loaded(blocked, stalled);
  }

  /** What the machine alone does to statements in times as long as a move takes. */
  private static MoveSeries calm(MoveLoad load) {
    MoveSeries calm = new MoveSeries();
    for (int i = 0; i < CALM_SECONDS; i++) {
      load.reset();
      LockSupport.parkNanos(CALM_NANOS);
      calm.add(load.longestMicrosElsewhere(-1) / MICROS_PER_MILLI);
    }
    return calm;
  }

  private static List<int[]> keys(Client client, MoveTables tables) throws SQLException {
    List<int[]> keys = new ArrayList<>();
    for (Leaf leaf : tables.leaves(client)) {
      if (leaf.table().equals(MoveTables.FIRST)) {
        keys.add(tables.keys(leaf));
      }
    }
    return keys;
  }

  private void grow(DroverCluster cluster, Client client, MoveTables tables) throws SQLException {
    List<Leaf> leaves = tables.leaves(client);
    long total = tables.bytes(leaves);
    long before = client.number("SELECT coalesce(max(move), 0) FROM drover.moves");
    long began = System.nanoTime();
    cluster.addNode();
    String since = " FROM drover.moves WHERE phase = 'done' AND move > " + before;
    long bytes = client.number("SELECT coalesce(sum(bytes_total), 0)" + since);
    out.accept(
        String.format(
            Locale.ROOT,
            "a fourth node: %d of %d slots, %d of %d bytes (%.4f), %.1f s",
            client.number("SELECT count(*)" + since),
            leaves.getLast().slot() + 1,
            bytes,
            total,
            MoveGoals.share(bytes, total),
            micros(began) / MICROS_PER_SECOND));
    goals.grown(bytes, total, NODES);
  }

  private SlotMove.Moved moved(SlotMove move, List<Leaf> leaves) throws SQLException {
    contenders.checkOpen();
    return move.run(leaves.getFirst(), target(leaves));
  }

  private static List<Leaf> next(Client client, MoveTables tables, int turn) throws SQLException {
    List<Leaf> leaves = tables.leaves(client);
    int slots = leaves.getLast().slot() + 1;
    return leaves.stream().filter(leaf -> leaf.slot() == turn % slots).toList();
  }

  private static List<Leaf> ofSlot(Client client, MoveTables tables, int slot) throws SQLException {
    return tables.leaves(client).stream().filter(leaf -> leaf.slot() == slot).toList();
  }

  private static String target(List<Leaf> leaves) {
    int from = Integer.parseInt(leaves.getFirst().node().replaceAll("\\D", ""));
    return "dn" + (from % NODES + 1);
  }

  private static long micros(long began) {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
  }

  @Override
  public void close() {
    contenders.close();
  }
}
