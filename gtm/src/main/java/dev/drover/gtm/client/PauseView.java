package dev.drover.gtm.client;

import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.PauseEnded;
import dev.drover.gtm.protocol.GtmMessage.PauseHeld;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import dev.drover.gtm.protocol.GtmMessage.PauseWanted;
import java.util.ArrayList;
import java.util.List;

/**
 * What a coordinator knows of pauses of the cluster, and says about them.
 *
 * <p>Threads: confined to the owning {@link ClientCore}.
 */
final class PauseView {
  private static final long NONE = 0;

  private long wanted = NONE;
  private PauseState known = PauseState.NONE;
  private boolean drained;

  /** What to say at once. */
  List<GtmMessage.FromClient> happened(ClientEvent.Pause event, long epoch) {
    switch (event) {
      case ClientEvent.WantPause(long number) -> wanted = number;
      case ClientEvent.EndPause(long number) -> {
        wanted = wanted == number ? NONE : wanted;
        return List.of(new PauseEnded(number, epoch));
      }
      case ClientEvent.Drained(long by, long number) ->
          drained |= known.by() == by && known.number() == number;
    }
    return due(epoch);
  }

  /** What to say again with every heartbeat. */
  List<GtmMessage.FromClient> due(long epoch) {
    List<GtmMessage.FromClient> messages = new ArrayList<>();
    if (wanted != NONE) {
      messages.add(new PauseWanted(wanted, epoch));
    }
    if (known.isPause()) {
      messages.add(new PauseHeld(known.by(), known.number(), drained, epoch));
    }
    return messages;
  }

  /** True if it is news. */
  boolean told(PauseState state) {
    boolean isOther = state.by() != known.by() || state.number() != known.number();
    drained = drained && !isOther;
    boolean isNews = !state.equals(known);
    known = state;
    return isNews;
  }

  /** Of a pause that the epoch wanted nothing is left; true if it knew of one. */
  boolean epochEnded() {
    wanted = NONE;
    return told(PauseState.NONE);
  }
}
