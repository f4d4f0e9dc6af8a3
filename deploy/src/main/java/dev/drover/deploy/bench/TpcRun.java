package dev.drover.deploy.bench;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.deploy.bench.TpcRow.Cost;
import dev.drover.deploy.tpc.Answer;
import dev.drover.deploy.tpc.Layout;
import dev.drover.deploy.tpc.Query;
import dev.drover.deploy.tpc.Suite;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A standard workload on a cluster and on a plain server: each query's answers are compared, then
 * the two take turns on it.
 *
 * <p>Threads: {@link #run} is called once; {@link #close} may come from another thread at any time.
 */
public final class TpcRun implements AutoCloseable {
  /** A query is repeated until it has run for so long, as processor time comes in 10 ms. */
  private static final double MEASURED_MILLIS = 400;

  private static final int MOST_REPEATS = 20;

  private final Suite suite;
  private final TpcReport.Goals goals;
  private final TpcOptions options;
  private final Consumer<String> out;
  private final Contenders contenders;

  /** {@code out} takes the report, line by line as it is measured. */
  public TpcRun(
      Suite suite,
      TpcReport.Goals goals,
      TpcOptions options,
      OltpRun.Place place,
      Consumer<String> out) {
    this.suite = suite;
    this.goals = goals;
    this.options = options;
    this.out = out;
    this.contenders = new Contenders(place);
  }

  /** Starts the two, fills them, runs the queries, and reports. */
  public TpcReport run() {
    PostgresBinaries binaries = PostgresBinaries.of(options.postgres());
    out.accept(
        "%s on PostgreSQL %s, layout %s"
            .formatted(suite.name(), binaries.version().text(), options.layout()));
    Contender drover = contenders.drover(options.postgres());
    Contender plain = contenders.plain(binaries);
    try {
      load(plain, Layout.PLAIN);
      load(drover, options.layout());
      out.accept("");
      out.accept(TpcReport.header());
      List<TpcRow> rows = new ArrayList<>();
      for (Query query : selected()) {
        contenders.checkOpen();
        TpcRow row = row(plain, drover, query);
        out.accept(TpcReport.line(row));
        rows.add(row);
      }
      return new TpcReport(rows, goals);
    } catch (SQLException e) {
      throw new BenchException("the benchmark failed: " + e.getMessage(), e);
    }
  }

  private List<Query> selected() {
    List<Query> all = suite.queries();
    return options.only().isEmpty()
        ? all
        : options.only().stream().map(number -> all.get(number - 1)).toList();
  }

  private void load(Contender contender, Layout layout) throws SQLException {
    long began = System.nanoTime();
    try (Client client = Client.of(contender)) {
      suite.load(client.connection(), layout);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    out.accept("%-6s filled in %.1f s".formatted(contender.name(), seconds));
  }

  private TpcRow row(Contender plain, Contender drover, Query query) throws SQLException {
    List<Cost> ofPlain = new ArrayList<>();
    List<Cost> ofDrover = new ArrayList<>();
    try (Client plainClient = connect(plain);
        Client droverClient = connect(drover)) {
      Answer right = Answer.of(plainClient.connection(), query);
      Optional<String> difference = difference(droverClient, query, right);
      int runs = difference.isEmpty() ? options.runs() : 0;
      int repeats = runs == 0 ? 0 : repeats(plainClient, query);
      for (int i = 0; i < runs; i++) {
        ofPlain.add(cost(plain, plainClient, query, repeats));
        ofDrover.add(cost(drover, droverClient, query, repeats));
      }
      int rows = right.rowCount(query);
      return new TpcRow(query.name(), difference.orElse(""), rows, ofPlain, ofDrover);
    }
  }

  private Client connect(Contender contender) throws SQLException {
    Client client = Client.of(contender);
    client.execute("SET statement_timeout = '%d s'".formatted(options.limitSeconds()));
    return client;
  }

  /** A refusal is a difference too. */
  private static Optional<String> difference(Client drover, Query query, Answer right) {
    try {
      return Answer.of(drover.connection(), query).differenceFrom(right);
    } catch (SQLException e) {
      return Optional.of(e.getSQLState() + " " + e.getMessage().replace('\n', ' '));
    }
  }

  private static int repeats(Client plain, Query query) throws SQLException {
    double millis = millis(plain, query, 1);
    return (int) Math.clamp(Math.ceil(MEASURED_MILLIS / millis), 1, MOST_REPEATS);
  }

  private static Cost cost(Contender contender, Client client, Query query, int repeats)
      throws SQLException {
    double cpu = ProcessCpu.seconds(contender.processes());
    double wall = millis(client, query, repeats);
    double cpuMillis = (ProcessCpu.seconds(contender.processes()) - cpu) * 1e3;
    return new Cost(wall / repeats, cpuMillis / repeats);
  }

  private static double millis(Client client, Query query, int repeats) throws SQLException {
    long began = System.nanoTime();
    for (int i = 0; i < repeats; i++) {
      for (String statement : query.statements()) {
        client.query(statement);
      }
    }
    return (System.nanoTime() - began) / 1e6;
  }

  @Override
  public void close() {
    contenders.close();
  }
}
