package dev.drover.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.quorum.JdbcSeatServer;
import dev.drover.gtm.seat.Ballot;
import dev.drover.gtm.seat.Members;
import dev.drover.gtm.seat.Seat;
import dev.drover.gtm.seat.SeatAnswer;
import dev.drover.gtm.seat.SeatRequest;
import dev.drover.gtm.seat.Stored;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table in SQL does what {@link Seat} says, request by request. */
class SeatTableTest {
  private static final long LIMIT_SECONDS = 30;
  private static final int REQUESTS = 400;

  private final long seed = Long.getLong("drover.test.seed", System.nanoTime());
  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  private TemporaryServers servers;
  private PostgresServer server;
  private JdbcSeatServer table;

  @BeforeEach
  void open() {
    servers = TemporaryServers.open();
    server = servers.start("node");
    table =
        new JdbcSeatServer(
            new NodeAddress("node", "127.0.0.1", server.config().port()),
            "postgres",
            server.config().secret().password());
  }

  @AfterEach
  void close() {
    table.close();
    servers.close();
  }

  @Test
  void theTableAnswersAsTheModel() throws Exception {
    assertThatThrownBy(() -> ask(new SeatRequest.Look()))
        .as("a server that has no table yet")
        .isInstanceOf(ExecutionException.class);
    try (Connection connection = server.connect()) {
      NodeSchema.install(connection);
      NodeSchema.install(connection);
    }
    Seat model = ask(new SeatRequest.Look()).seat();
    assertThat(model).isEqualTo(Seat.fresh(model.incarnation()));
    int done = 0;
    for (int i = 0; i < REQUESTS; i++) {
      SeatRequest request = request(model);
      SeatAnswer expected = model.answer(request);
      assertThat(ask(request)).as("seed %d: %s", seed, request).isEqualTo(expected);
      done += expected.done() ? 1 : 0;
      model = expected.seat();
    }
    assertThat(done).isBetween(REQUESTS / 4, REQUESTS * 3 / 4);
  }

  @Test
  void whoeverIsCutOffGetsANewConnection() throws Exception {
    try (Connection connection = server.connect()) {
      NodeSchema.install(connection);
      SeatAnswer before = ask(new SeatRequest.Look());
      endOtherSessions(connection);
      assertThatThrownBy(() -> ask(new SeatRequest.Look())).isInstanceOf(ExecutionException.class);
      assertThat(ask(new SeatRequest.Look())).isEqualTo(before);
    }
  }

  private SeatAnswer ask(SeatRequest request) throws Exception {
    return table.ask(request).get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Around what the seat stands at, so that each condition is met and missed. */
  private SeatRequest request(Seat model) {
    Ballot near =
        new Ballot(
            Math.max(0, model.promised().term() + random.nextInt(-1, 2)), random.nextInt(1, 4));
    Ballot ballot = random.nextBoolean() ? model.promised() : near;
    return switch (random.nextInt(4)) {
      case 0 -> new SeatRequest.Look();
      case 1 -> new SeatRequest.Promise(near, model.beat() - random.nextInt(2));
      case 2 -> new SeatRequest.Accept(stored(model, ballot));
      default -> new SeatRequest.Leave(ballot);
    };
  }

  private Stored stored(Seat model, Ballot ballot) {
    long version = Math.max(0, model.stored().version() + random.nextInt(-1, 2));
    List<GtmRecord> records =
        List.of(
            new GtmRecord.Started(random.nextLong(100)),
            new GtmRecord.EpochGranted(
                1, "c1", 2, new GtmRecord.Applicant(random.nextLong(), 4), 40));
    Members members =
        new Members(List.of(Set.of(model.incarnation(), -7L), Set.of(random.nextLong(), 8L)));
    return new Stored(ballot, version, members, records);
  }

  private static void endOtherSessions(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
              + " WHERE application_name = 'drover gtm seat'");
    }
  }
}
