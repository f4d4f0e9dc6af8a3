package dev.drover.coordinator.simulation;

import dev.drover.agent.recovery.CoordinatorLife;
import dev.drover.agent.recovery.GlobalTransaction;
import dev.drover.agent.recovery.InDoubt;
import dev.drover.agent.recovery.NodeEndpoint;
import dev.drover.agent.recovery.NodeSession;
import dev.drover.agent.recovery.Participant;
import dev.drover.agent.recovery.ParticipantState;
import dev.drover.agent.recovery.UserRecord;
import dev.drover.agent.recovery.UserTransaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A resolver's connection to a simulated server. Nothing is prepared by clients. */
final class SimulatedSession implements NodeSession {
  private static final long NETWORK = 3 * Simulation.MILLIS;
  private static final long SLOW = 400 * Simulation.MILLIS;
  private static final long LATE = 4 * Simulation.SECONDS;

  private final Simulation simulation;
  private final SimulatedAgent agent;
  private final SimulatedServer server;
  private final long serverLife;
  private boolean isBroken;

  private SimulatedSession(Simulation simulation, SimulatedAgent agent, SimulatedServer server) {
    this.simulation = simulation;
    this.agent = agent;
    this.server = server;
    this.serverLife = server.life();
  }

  static NodeSession open(Simulation simulation, SimulatedAgent agent, NodeEndpoint endpoint)
      throws SQLException {
    SimulatedServer server = simulation.servers.at(endpoint.node());
    SimulatedSession session = new SimulatedSession(simulation, agent, server);
    session.call(() -> true);
    return session;
  }

  /** As far as its server knows. */
  boolean isAlive() {
    return !isBroken && server.life() == serverLife && agent.isAlive();
  }

  /** Done now or never, or done and not answered. */
  private <T> T call(Supplier<T> work) throws SQLException {
    long delay = simulation.upTo(simulation.strikes(30) ? SLOW : NETWORK);
    boolean isLost = simulation.strikes(150);
    boolean isDone = !isLost || simulation.random.nextBoolean();
    long lateness = isLost ? simulation.upTo(LATE) : 0;
    Optional<T> answer =
        agent
            .thread()
            .await(
                answered -> {
                  simulation.after(
                      delay,
                      () -> {
                        boolean isReached = isDone && isAlive() && server.isUp();
                        Optional<T> said = isReached ? Optional.of(work.get()) : Optional.empty();
                        Optional<T> heard = isLost ? Optional.empty() : said;
                        simulation.after(
                            lateness, () -> agent.whenAwake(() -> answered.accept(heard)));
                      });
                });
    if (answer.isEmpty()) {
      isBroken = true;
      throw new SQLException("the simulated connection is lost");
    }
    return answer.get();
  }

  private <T> T atOnce(T answer) throws SQLException {
    if (!isAlive() || !server.isUp()) {
      throw new SQLException("the simulated server is gone");
    }
    return answer;
  }

  @Override
  public boolean isOpen() {
    return !isBroken;
  }

  @Override
  public void close() {
    isBroken = true;
  }

  @Override
  public boolean tryLock(long key) throws SQLException {
    return call(() -> server.tryLock(this));
  }

  @Override
  public List<NodeEndpoint> datanodes() throws SQLException {
    return atOnce(
        simulation.servers.all().stream()
            .map(SimulatedServer::node)
            .filter(node -> node != NodeEndpoint.CATALOG)
            .map(node -> new NodeEndpoint(node, ""))
            .toList());
  }

  @Override
  public Map<GlobalTransaction, Duration> preparedTransactions() throws SQLException {
    return call(server::preparedTransactions);
  }

  @Override
  public List<UserTransaction> userTransactions() throws SQLException {
    return atOnce(List.of());
  }

  @Override
  public List<UserRecord> userRecords() throws SQLException {
    return atOnce(List.of());
  }

  @Override
  public boolean isPrepared(String gid) throws SQLException {
    return atOnce(false);
  }

  @Override
  public void forget(UserTransaction transaction) {
    throw new AssertionError("clients prepare nothing");
  }

  @Override
  public void fence(CoordinatorLife life) throws SQLException {
    call(
        () -> {
          server.fence(life);
          return true;
        });
  }

  @Override
  public boolean hasEvicted(CoordinatorLife life) throws SQLException {
    return call(() -> server.hasEvicted(life));
  }

  @Override
  public ParticipantState state(GlobalTransaction transaction, Participant participant)
      throws SQLException {
    return call(() -> server.state(transaction, participant));
  }

  @Override
  public boolean putTombstone(GlobalTransaction transaction, Participant participant)
      throws SQLException {
    return call(() -> server.putTombstone(transaction, participant));
  }

  @Override
  public boolean finish(String gid, boolean isCommit) throws SQLException {
    return call(() -> server.finish(gid, isCommit));
  }

  @Override
  public void forgetEndedSessions() throws SQLException {
    atOnce(true);
  }

  @Override
  public List<Long> recordedGxids(int limit) throws SQLException {
    return call(() -> server.recordedGxids(limit));
  }

  @Override
  public void deleteRecords(List<Long> gxids) throws SQLException {
    call(
        () -> {
          server.deleteRecords(gxids);
          return true;
        });
  }

  @Override
  public void showInDoubt(List<InDoubt> seen) throws SQLException {
    atOnce(true);
  }

  /** Nobody decides for a server that is lost: each comes back. */
  @Override
  public Optional<Boolean> resolution(GlobalTransaction transaction) throws SQLException {
    return atOnce(Optional.empty());
  }

  @Override
  public void keepResolutions(Collection<Long> gxids) throws SQLException {
    atOnce(true);
  }
}
