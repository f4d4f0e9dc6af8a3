package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import dev.drover.gtm.protocol.Liveness;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.protocol.ReportedTransaction;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A process's connection to the GTM, which it keeps up by itself.
 *
 * <p>Nothing here blocks. Requests survive a restart of the GTM: they are repeated until they are
 * answered. A coordinator registers and extends its lease without being asked to.
 *
 * <p>Threads: thread-safe; the {@link Listener} and completed futures run on the client's own
 * thread and must not block it.
 */
public final class GtmClient implements AutoCloseable {

  /** What the GTM tells a process. Threads: called on the client's thread; must not block. */
  public interface Listener {
    /**
     * The coordinator may work under this epoch: at first, and again when a lease that had been
     * suspended was renewed under the same epoch.
     */
    default void leaseGranted(Lease lease) {}

    /**
     * The GTM has not answered for a whole lease, so {@link GtmClient#leaseValid} is false: others
     * may begin to shut this epoch out at the servers. Either {@link #leaseGranted} with the same
     * epoch or {@link #leaseLost} follows.
     */
    default void leaseSuspended(long epoch) {}

    /**
     * The epoch is dead for ever: its backends are about to be terminated and its prepared
     * transactions resolved by others. Give up every transaction and connection of it; the client
     * registers for a new epoch by itself.
     */
    default void leaseLost(long epoch) {}

    /**
     * A catalog change is about to take effect: start nothing more on what is known of the catalog,
     * and call {@code ack} once nothing routed by it can still be sent. Hold new statements until
     * {@link #catalogCurrent}. Called before {@link #leaseGranted} when a new epoch begins in the
     * middle of a change.
     */
    default void catalogStale(long version, Runnable ack) {}

    /** The catalog stands at this version: load it unless that one is already loaded. */
    default void catalogCurrent(long version) {}

    /**
     * Break a deadlock: if this transaction still waits on this backend, cancel that wait and
     * answer 40P01 in place of 57014.
     */
    default void victim(long transaction, String node, int pid) {}

    /**
     * Start no second phase of a two-phase commit until {@link #openGate}, and answer at once by
     * {@link GtmClient#gateClosed} how many run. A second phase runs from before its first COMMIT
     * PREPARED is sent until its last one is answered; one that has not started waits or goes on
     * preparing.
     *
     * @param window the number of this closing; numbers rise, and one closing ends before the next
     *     begins. An order or an answer for another number is out of date.
     */
    default void closeGate(long window) {}

    /**
     * Send no commit at all until {@link #openGate}: no COMMIT, no write outside a transaction
     * block, no CopyDone, nor any statement that might commit by itself. Answer by {@link
     * GtmClient#gateHeld} once that is so on every thread; what was sent before is not waited for.
     */
    default void holdGate(long window) {}

    /**
     * Take the snapshots now, one on each node, for all readers up to this number, and answer by
     * {@link GtmClient#snapshotTaken} once all are fixed. Use them only after {@link #openGate} has
     * called them valid. Whoever cannot take any answers all the same, and asks again for its
     * readers by {@link GtmClient#wantSnapshot}.
     */
    default void takeSnapshot(long window, long through) {}

    /**
     * Send again what was held up. May come at any time after {@link #closeGate}, also in place of
     * {@link #holdGate}, and always comes before the next {@link #closeGate} and before {@link
     * #leaseLost}.
     *
     * @param valid whether what was taken in this window may be used; if not, the readers go on
     *     waiting and need not ask again
     */
    default void openGate(long window, boolean valid) {}

    /**
     * Until {@link System#nanoTime} reaches this, no other coordinator can commit: a new one is not
     * given an epoch before, and there is none. A later call takes the place of an earlier one.
     */
    default void aloneUntil(long nanos) {}

    /**
     * How it stands with a pause of the cluster. In a pause, whoever wanted it, begin nothing new,
     * and call {@link GtmClient#pauseDrained} once nothing runs.
     */
    default void paused(PauseState state) {}

    /** To agents: this epoch has ended; fence it and report it by {@link GtmClient#fenced}. */
    default void fenceWanted(CoordinatorEpoch epoch) {}
  }

  /** There is no GXID in hand; see {@link #tryNextGxid}. */
  public static final long NO_GXID = GxidRanges.NONE;

  private final ClientShell shell;

  private GtmClient(ClientShell shell) {
    this.shell = shell;
  }

  /** Starts to connect, for ever until {@link #close}. */
  public static GtmClient start(GtmClientConfig config, Listener listener) {
    return new GtmClient(ClientShell.start(config, listener));
  }

  /** Completes when the first lease is granted. */
  public CompletableFuture<Lease> firstLease() {
    return shell.firstLease();
  }

  /** The next GXID in hand, or {@link #NO_GXID} if none is; never waits. */
  public long tryNextGxid() {
    return shell.tryNextGxid();
  }

  /** The next GXID, as soon as there is one. */
  public CompletableFuture<Long> nextGxid() {
    return shell.nextGxid();
  }

  /** Whether a commit may be sent now. Costs one clock reading; ask right before sending. */
  public boolean leaseValid() {
    return shell.leaseValid();
  }

  /** Whether a commit of a transaction that began under this epoch may be sent now. */
  public boolean leaseValid(long epoch) {
    return shell.leaseValid(epoch);
  }

  /**
   * Whether the epoch was granted and has not ended, as far as the GTM has said. Unlike {@link
   * #leaseValid} this stays true while the GTM is silent.
   */
  public boolean holds(long epoch) {
    return shell.holds(epoch);
  }

  /** The number of this coordinator's name; 0 before the first lease. */
  public int coordinatorId() {
    return shell.lease().coordinatorId();
  }

  /** The epoch last granted; 0 before the first lease. */
  public long epoch() {
    return shell.lease().epoch();
  }

  /** How many transactions may be active at once; 0 before the first lease. */
  public int maxTransactions() {
    return shell.lease().maxTransactions();
  }

  /**
   * Opens a catalog change: completes with its version once no coordinator works on the old catalog
   * any more. Cancelling the future withdraws it.
   *
   * <p>Call it before the first PREPARE of the change: a resolver that finds the change prepared
   * everywhere commits it, and must find the others warned.
   */
  public CompletableFuture<Long> publishBegin() {
    return shell.publishBegin();
  }

  /** Ends a catalog change after its outcome is the same everywhere. */
  public CompletableFuture<Void> publishEnd(long version, boolean changed) {
    return shell.publishEnd(version, changed);
  }

  /** Read this before putting together a list for {@link #reportWaits}. */
  public long waitMark() {
    return shell.waitMark();
  }

  /**
   * Tells the deadlock detector every transaction of this coordinator that waits overlong; each
   * report replaces the last. Repeat it every 50 to 100 ms while there are any, and send one empty
   * list afterwards.
   *
   * @param mark what {@link #waitMark} said before the list was put together
   */
  public void reportWaits(long mark, List<ReportedTransaction> transactions) {
    shell.post(new ClientEvent.ReportWaits(mark, transactions));
  }

  /**
   * A reader wants a snapshot over several nodes. It is served by the first {@link
   * Listener#takeSnapshot} up to a number not below this one whose window turns out valid.
   */
  public long wantSnapshot() {
    return shell.wantSnapshot();
  }

  /** The promise of {@link Listener#aloneUntil} is of use: if it still holds, it is renewed. */
  public void stayAlone() {
    shell.post(new ClientEvent.StayAlone());
  }

  /**
   * Answers {@link Listener#closeGate}: no second phase starts any more, on any thread. If any run,
   * {@link #gateDrained} follows when the last of them has ended.
   */
  public void gateClosed(long window, int secondPhasesRunning) {
    shell.post(new ClientEvent.GateClosed(window, secondPhasesRunning));
  }

  public void gateDrained(long window) {
    shell.post(new ClientEvent.GateDrained(window));
  }

  /**
   * Answers {@link Listener#holdGate}: no commit is sent any more, on any thread. How many are not
   * answered yet only tells how long the gate has to stay open afterwards.
   */
  public void gateHeld(long window, int commitsRunning) {
    shell.post(new ClientEvent.GateHeld(window, commitsRunning));
  }

  /** Answers {@link Listener#takeSnapshot}: every snapshot is fixed, or will never be used. */
  public void snapshotTaken(long window) {
    shell.post(new ClientEvent.SnapshotTaken(window));
  }

  /**
   * Wants a pause of the cluster until {@link #endPause}; the listener hears when it is complete,
   * or that another one is on.
   *
   * @param number above 0, and higher than any before
   */
  public void pause(long number) {
    shell.post(new ClientEvent.WantPause(number));
  }

  public void endPause(long number) {
    shell.post(new ClientEvent.EndPause(number));
  }

  /** Answers {@link Listener#paused}. */
  public void pauseDrained(PauseState of) {
    shell.post(new ClientEvent.Drained(of.by(), of.number()));
  }

  /** Tells the deadlock detector where nodes are; call it when the catalog was loaded. */
  public void useNodes(List<NodeAddress> nodes) {
    shell.post(new ClientEvent.UseNodes(nodes));
  }

  /** Which coordinators live. List prepared transactions first and ask afterwards. */
  public CompletableFuture<Liveness> liveCoordinators() {
    return shell.liveCoordinators();
  }

  /**
   * Reports that nothing of this epoch, or of an older one of this coordinator, can take effect any
   * more: it is refused on every node, no backend of it is left, and none of its prepared
   * transactions is left on any node. Who is reported fenced is dead, even if it lived.
   */
  public CompletableFuture<Void> fenced(int coordinatorId, long epoch) {
    return shell.fenced(new CoordinatorEpoch(coordinatorId, epoch));
  }

  /**
   * Ends the lease in good order, so that nobody has to fence this coordinator. Only for one that
   * has no backend and no prepared transaction left.
   */
  public CompletableFuture<Void> release() {
    return shell.release();
  }

  /** Closes the connection; the lease ends by itself. Futures that wait fail with 57P03. */
  @Override
  public void close() {
    shell.close();
  }

  static SqlError unavailable(String why) {
    return SqlError.of(
        SqlState.CANNOT_CONNECT_NOW, "the global transaction manager cannot answer: " + why);
  }
}
