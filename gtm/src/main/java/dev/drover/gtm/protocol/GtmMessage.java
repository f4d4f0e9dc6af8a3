package dev.drover.gtm.protocol;

import java.util.List;

/**
 * A message between the GTM and a client.
 *
 * <p>Every request may be sent again, and every message may be lost, doubled or overtaken without
 * harm: requests carry numbers, leases carry epochs, catalog states have an order. So a client
 * repeats what was not answered, over the same connection or a new one.
 */
public sealed interface GtmMessage {

  /** A message from a client. */
  sealed interface FromClient extends GtmMessage {}

  /** A message from the GTM. */
  sealed interface FromGtm extends GtmMessage {}

  // The handshake: each side proves that it knows the cluster's secret.

  /** The GTM's first words on a new connection. */
  record Challenge(int formatVersion, String nonce) implements FromGtm {}

  /** The client's name and its proof. */
  record Hello(int formatVersion, Role role, String name, String nonce, String proof)
      implements FromClient {}

  /** The GTM's proof: the client talks to the right GTM. */
  record Welcome(String proof, List<NodeAddress> gtms) implements FromGtm {
    public Welcome {
      gtms = List.copyOf(gtms);
    }
  }

  /** In place of a {@link Welcome}: another GTM is the active one, or none is. */
  record StandingBy() implements FromGtm {}

  // Leases.

  /**
   * Asks for an epoch, or to go on with one.
   *
   * @param incarnation a number drawn once by each client process
   * @param attempt grows with each new epoch the process asks for; the same pair never gets two
   * @param previousEpoch the epoch to go on with, or 0 for a new one
   */
  record Register(long incarnation, long attempt, long previousEpoch) implements FromClient {}

  /** The lease is granted; it counts from when the client sent its {@link Register}. */
  record Registered(
      long incarnation,
      long attempt,
      CoordinatorEpoch identity,
      LeaseTerms terms,
      CatalogState catalog)
      implements FromGtm {}

  /**
   * What a lease grants.
   *
   * @param leaseMillis how long it lasts from when the client sent the request
   * @param maxTransactions how many transactions the coordinator may have active
   */
  record LeaseTerms(long leaseMillis, int maxTransactions) {}

  /** No epoch can be given now; the client asks again later. */
  record RegistrationRefused(String reason) implements FromGtm {}

  /** Keeps the connection open and, with an epoch, extends its lease. An agent's epoch is 0. */
  record Heartbeat(long sequence, long epoch) implements FromClient {}

  /** The lease counts from when the heartbeat of this number was sent. */
  record HeartbeatAck(long sequence, long epoch, CatalogState catalog) implements FromGtm {}

  /** The epoch is dead and stays dead. */
  record LeaseLost(long epoch, boolean superseded) implements FromGtm {}

  /** The coordinator leaves no backend and no prepared transaction behind and ends its epoch. */
  record Release(long request, long epoch) implements FromClient {}

  // GXIDs.

  record LeaseGxids(long request, long epoch) implements FromClient {}

  record GxidRange(long request, long from, long toExclusive) implements FromGtm {}

  // Catalog versions.

  record PublishBegin(long publish, long epoch) implements FromClient {}

  record PublishReady(long publish, long version) implements FromGtm {}

  record PublishEnd(long publish, long epoch, boolean changed) implements FromClient {}

  /** A catalog state: a round has opened, or one has ended. */
  record Catalog(CatalogState state) implements FromGtm {}

  /** The coordinator no longer starts anything on what it knows of older catalogs. */
  record CatalogStaleAck(long version, long epoch) implements FromClient {}

  // Deadlocks.

  /**
   * Everything of this coordinator that waits; replaces its last report.
   *
   * @param mark the last {@link WaitMark} known before the list was put together
   */
  record WaitReport(long sequence, long epoch, long mark, List<ReportedTransaction> transactions)
      implements FromClient {
    public WaitReport {
      transactions = List.copyOf(transactions);
    }
  }

  /** A poll of the lock graphs has ended. */
  record WaitMark(long mark) implements FromGtm {}

  /** Cancel this wait and answer 40P01. */
  record VictimChosen(long epoch, long transaction, Backend waiting) implements FromGtm {}

  /** Where the servers are; replaces what was known of the nodes named. */
  record Nodes(List<NodeAddress> nodes) implements FromClient {
    public Nodes {
      nodes = List.copyOf(nodes);
    }
  }

  // Resolvers.

  record ListLive(long request) implements FromClient {}

  record Live(long request, Liveness liveness) implements FromGtm {}

  /** Nothing of this epoch or an older one of the coordinator can have an effect any more. */
  record Fenced(long request, CoordinatorEpoch epoch) implements FromClient {}

  /** To every agent: this epoch has ended and waits to be fenced. */
  record FenceWanted(CoordinatorEpoch epoch) implements FromGtm {}

  /** A request that has no other answer was done, or was no longer needed. */
  record Done(long request) implements FromGtm {}

  // Snapshot windows.

  /** What a coordinator says about windows. */
  sealed interface GateRequest extends FromClient {
    long epoch();
  }

  /** What the GTM says about windows. */
  sealed interface GateOrder extends FromGtm {}

  /**
   * Readers wait for a snapshot.
   *
   * @param number of the message; a {@link GateAlone} counts from when it was sent
   * @param wanted the highest number of a waiting reader
   */
  record SnapshotWanted(long number, long epoch, long wanted) implements GateRequest {}

  /** Start no second phase of a two-phase commit. */
  record GateClose(long window, GateLimits limits) implements GateOrder {}

  /**
   * All second phases of the coordinator have ended.
   *
   * @param waited whether any was under way when the gate closed
   */
  record GateDrained(long window, long epoch, boolean waited) implements GateRequest {}

  /** Send no commit at all. Without a {@link GateClose} before, only if no second phase runs. */
  record GateHold(long window, GateLimits limits) implements GateOrder {}

  /**
   * No commit is sent until the window ends or the limit runs out.
   *
   * @param wanted the highest number of a reader that waited by then, or {@link #NOBODY}
   * @param waiting whether single-node commits were under way
   */
  record GateHeld(long window, long epoch, long wanted, boolean waiting) implements GateRequest {
    /** No reader waits. */
    public static final long NOBODY = 0;
  }

  /** The coordinator does not hold, or does not hold any more. */
  record GateRefused(long window, long epoch) implements GateRequest {}

  /** Take the snapshots for all readers up to this number. */
  record SnapshotNow(long window, long through) implements GateOrder {}

  record SnapshotTaken(long window, long epoch) implements GateRequest {}

  /**
   * The window is over.
   *
   * @param valid whether what this coordinator has taken may be used
   */
  record GateOpen(long window, boolean valid) implements GateOrder {}

  /**
   * No other coordinator gets a lease for a while, so windows need nobody else.
   *
   * @param number of the {@link SnapshotWanted} from whose sending the time counts
   */
  record GateAlone(long number, long epoch, long aloneMillis, GateLimits limits)
      implements GateOrder {}

  // Pauses of the cluster.

  /** What a coordinator says about a pause. */
  sealed interface PauseRequest extends FromClient {
    long epoch();
  }

  /**
   * Nothing new is to begin on any coordinator. Said over and over for as long as that is wanted.
   *
   * @param number of the pause among those of the epoch
   */
  record PauseWanted(long number, long epoch) implements PauseRequest {}

  /** The pause is not wanted any more. */
  record PauseEnded(long number, long epoch) implements PauseRequest {}

  /**
   * Nothing begins here before the pause ends. Said over and over while the coordinator knows of
   * it, and answered by a {@link PauseState}.
   *
   * @param by the epoch that wants the pause
   * @param drained nothing runs here any more
   */
  record PauseHeld(long by, long number, boolean drained, long epoch) implements PauseRequest {}

  /**
   * How it stands.
   *
   * @param by the epoch that wants the pause, or {@link #NOBODY}
   * @param complete nothing runs on any coordinator
   */
  record PauseState(long by, long number, boolean complete) implements FromGtm {
    /** There is no pause. */
    public static final long NOBODY = 0;

    public static final PauseState NONE = new PauseState(NOBODY, 0, false);

    public boolean isPause() {
      return by != NOBODY;
    }
  }
}
