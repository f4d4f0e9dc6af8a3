package dev.drover.agent.recovery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The resolver's connection to one node, and everything it says there.
 *
 * <p>A call that fails has been carried out or not; the connection is not used again.
 *
 * <p>Threads: confined to the resolver's thread.
 */
public interface NodeSession extends AutoCloseable {
  boolean isOpen() throws SQLException;

  @Override
  void close() throws SQLException;

  /** The resolvers' lock on the catalog node; a session that may not hold it is ended. */
  boolean tryLock(long key) throws SQLException;

  /** On the catalog node: all other nodes. */
  List<NodeEndpoint> datanodes() throws SQLException;

  /** And for how long they have been prepared here. */
  Map<GlobalTransaction, Duration> preparedTransactions() throws SQLException;

  /** What is prepared here for clients. */
  List<UserTransaction> userTransactions() throws SQLException;

  /** On the catalog node: which of them are wholly prepared, and what clients decided. */
  List<UserRecord> userRecords() throws SQLException;

  boolean isPrepared(String gid) throws SQLException;

  /** On the catalog node: no part is left that could ask for it. */
  void forget(UserTransaction transaction) throws SQLException;

  /** Shuts out this life and earlier ones of the coordinator, for ever. */
  void fence(CoordinatorLife life) throws SQLException;

  /** Whether no backend of this life or an earlier one is left; if any is, it is told to end. */
  boolean hasEvicted(CoordinatorLife life) throws SQLException;

  ParticipantState state(GlobalTransaction transaction, Participant participant)
      throws SQLException;

  /**
   * Takes the place of the commit record, so that the part can never commit. Returns false when
   * something else stands there, or may soon.
   */
  boolean putTombstone(GlobalTransaction transaction, Participant participant) throws SQLException;

  /** Returns false when there is no such prepared transaction any more. */
  boolean finish(String gid, boolean isCommit) throws SQLException;

  void forgetEndedSessions() throws SQLException;

  /** The oldest commit records, at most so many. */
  List<Long> recordedGxids(int limit) throws SQLException;

  /** Deletes commit records; should the server forget that in a crash, they are deleted again. */
  void deleteRecords(List<Long> gxids) throws SQLException;

  /** On the catalog node: replaces what was seen in the sweep before. */
  void showInDoubt(List<InDoubt> seen) throws SQLException;

  /** On the catalog node: what an operator decided. */
  Optional<Boolean> resolution(GlobalTransaction transaction) throws SQLException;

  /** On the catalog node: forgets what an operator decided about others than these. */
  void keepResolutions(Collection<Long> gxids) throws SQLException;
}
