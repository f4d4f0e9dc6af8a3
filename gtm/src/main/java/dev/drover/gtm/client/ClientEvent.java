package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.protocol.ReportedTransaction;
import java.util.List;

/** What happens to a {@link ClientCore}. */
public sealed interface ClientEvent {
  /** A connection stands and both sides have proved themselves. */
  record Connected() implements ClientEvent {}

  record Disconnected() implements ClientEvent {}

  record Received(GtmMessage.FromGtm message) implements ClientEvent {}

  /** Time has passed. */
  record Tick() implements ClientEvent {}

  /** GXIDs are running out. */
  record GxidsNeeded(long request) implements ClientEvent {}

  record Publish(long request) implements ClientEvent {}

  /** Ends a publish, ready or not. */
  record EndPublish(long request, boolean changed) implements ClientEvent {}

  /** The coordinator has put aside what it knew of catalogs older than this round. */
  record AckStale(long version, long epoch) implements ClientEvent {}

  record ReportWaits(long mark, List<ReportedTransaction> transactions) implements ClientEvent {
    public ReportWaits {
      transactions = List.copyOf(transactions);
    }
  }

  record UseNodes(List<NodeAddress> nodes) implements ClientEvent {
    public UseNodes {
      nodes = List.copyOf(nodes);
    }
  }

  record AskLive(long request) implements ClientEvent {}

  record ReportFenced(long request, CoordinatorEpoch epoch) implements ClientEvent {}

  record Leave(long request) implements ClientEvent {}

  /** What a coordinator says about pauses of the cluster. */
  sealed interface Pause extends ClientEvent {}

  /** The numbers of pauses of one process rise. */
  record WantPause(long number) implements Pause {}

  record EndPause(long number) implements Pause {}

  /** Nothing runs here, and nothing begins while that pause lasts. */
  record Drained(long by, long number) implements Pause {}

  /** What a coordinator says about its gate. */
  sealed interface Gate extends ClientEvent {}

  /** A reader wants a snapshot; readers' numbers rise. */
  record WantSnapshot(long reader) implements Gate {}

  /** It is of use to know that nobody else commits. */
  record StayAlone() implements Gate {}

  /** No second phase starts any more; so many run. */
  record GateClosed(long window, int running) implements Gate {}

  record GateDrained(long window) implements Gate {}

  /** No commit is sent any more; so many single-node ones run. */
  record GateHeld(long window, int running) implements Gate {}

  record SnapshotTaken(long window) implements Gate {}
}
