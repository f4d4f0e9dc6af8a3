package dev.drover.deploy.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Writers on one node and over two, and readers of all nodes at a fixed rate, for a while.
 *
 * <p>Threads: confined to one; the clients have their own.
 */
final class SnapshotLoad {
  static final int ROWS = 1000;

  private static final int WRITERS_OF_EACH_KIND = 4;
  private static final int READS_PER_SECOND = 20;
  private static final int PERCENT = 100;

  private final int port;
  private final String setting;
  private final int readers;
  private final long nanos;
  private final LongAdder single = new LongAdder();
  private final LongAdder twoPhase = new LongAdder();

  /**
   * What came of it.
   *
   * @param single transactions of one node per second
   * @param twoPhase transactions of two rows, mostly on two nodes, per second
   * @param readMicros sorted times of the reads
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Result(double single, double twoPhase, long[] readMicros) {
    long percentile(int percent) {
      return readMicros.length == 0 ? 0 : readMicros[(readMicros.length - 1) * percent / PERCENT];
    }
  }

  /** {@code setting} is that of {@code drover.global_snapshot}. */
  SnapshotLoad(int port, String setting, int readers, int seconds) {
    this.port = port;
    this.setting = setting;
    this.readers = readers;
    this.nanos = TimeUnit.SECONDS.toNanos(seconds);
  }

  static void prepare(Contender contender) throws SQLException {
    try (Client client = Client.of(contender)) {
      client.execute("DROP TABLE IF EXISTS vault");
      client.execute(
          "CREATE TABLE vault (id int PRIMARY KEY, v bigint)" + contender.distributedBy("id"));
      client.execute("INSERT INTO vault SELECT g, 0 FROM generate_series(1, " + ROWS + ") g");
    }
  }

  Result run() throws SQLException {
    long end = System.nanoTime() + nanos;
    List<Callable<long[]>> clients = new ArrayList<>();
    for (int i = 0; i < WRITERS_OF_EACH_KIND; i++) {
      int number = i;
      clients.add(() -> write(number, 1, single, end));
      clients.add(() -> write(number, 2, twoPhase, end));
    }
    for (int i = 0; i < readers; i++) {
      clients.add(() -> read(end));
    }
    long[] times = new long[0];
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<long[]> done : threads.invokeAll(clients)) {
        long[] more = done.get();
        int length = times.length;
        times = Arrays.copyOf(times, length + more.length);
        System.arraycopy(more, 0, times, length, more.length);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    } catch (ExecutionException e) {
      throw new BenchException("a client failed: " + e.getCause().getMessage(), e);
    }
    Arrays.sort(times);
    double seconds = (double) nanos / TimeUnit.SECONDS.toNanos(1);
    return new Result(single.sum() / seconds, twoPhase.sum() / seconds, times);
  }

  private Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "postgres");
    properties.setProperty("options", "-c drover.global_snapshot=" + setting);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
  }

  /** Each client has rows of its own, so that they do not wait for one another. */
  private long[] write(int number, int rows, LongAdder done, long end) throws SQLException {
    Random random = new Random(number);
    int share = ROWS / (2 * WRITERS_OF_EACH_KIND);
    int first = 1 + share * (2 * number + rows - 1);
    try (Connection connection = connect();
        PreparedStatement update =
            connection.prepareStatement("UPDATE vault SET v = v + 1 WHERE id = ?")) {
      connection.setAutoCommit(rows == 1);
      while (System.nanoTime() - end < 0) {
        int one = random.nextInt(share - 1);
        for (int row = 0; row < rows; row++) {
          update.setInt(1, first + (one + row) % share);
          update.executeUpdate();
        }
        if (rows > 1) {
          connection.commit();
        }
        done.increment();
      }
    }
    return new long[0];
  }

  /** At the same rate whatever a read takes, as long as it takes less. */
  private long[] read(long end) throws SQLException {
    long[] micros = new long[1024];
    int count = 0;
    long next = System.nanoTime();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      while (next - end < 0) {
        TimeUnit.NANOSECONDS.sleep(Math.max(next - System.nanoTime(), 0));
        next += TimeUnit.SECONDS.toNanos(1) / READS_PER_SECOND;
        long began = System.nanoTime();
        try (ResultSet rows = statement.executeQuery("SELECT count(*), sum(v) FROM vault")) {
          rows.next();
        }
        micros = count < micros.length ? micros : Arrays.copyOf(micros, count * 2);
        micros[count] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
        count++;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Arrays.copyOf(micros, count);
  }
}
