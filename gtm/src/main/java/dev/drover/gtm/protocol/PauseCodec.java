package dev.drover.gtm.protocol;

import dev.drover.gtm.protocol.GtmMessage.PauseEnded;
import dev.drover.gtm.protocol.GtmMessage.PauseHeld;
import dev.drover.gtm.protocol.GtmMessage.PauseState;
import dev.drover.gtm.protocol.GtmMessage.PauseWanted;

/** The bytes of the messages about pauses of the cluster. Threads: immutable. */
final class PauseCodec {
  /** Types from here on are this codec's. */
  static final int FIRST_TYPE = 37;

  private static final int PAUSE_WANTED = 37;
  private static final int PAUSE_ENDED = 38;
  private static final int PAUSE_HELD = 39;
  private static final int PAUSE_STATE = 40;

  private PauseCodec() {}

  static void encode(GtmMessage.PauseRequest message, WireWriter to) {
    switch (message) {
      case PauseWanted m -> to.byteValue(PAUSE_WANTED).int64(m.number()).int64(m.epoch());
      case PauseEnded m -> to.byteValue(PAUSE_ENDED).int64(m.number()).int64(m.epoch());
      case PauseHeld m ->
          to.byteValue(PAUSE_HELD)
              .int64(m.by())
              .int64(m.number())
              .bool(m.drained())
              .int64(m.epoch());
    }
  }

  static void encode(PauseState m, WireWriter to) {
    to.byteValue(PAUSE_STATE).int64(m.by()).int64(m.number()).bool(m.complete());
  }

  static GtmMessage decode(int type, WireReader in) {
    return switch (type) {
      case PAUSE_WANTED -> new PauseWanted(in.int64(), in.int64());
      case PAUSE_ENDED -> new PauseEnded(in.int64(), in.int64());
      case PAUSE_HELD -> new PauseHeld(in.int64(), in.int64(), in.bool(), in.int64());
      case PAUSE_STATE -> new PauseState(in.int64(), in.int64(), in.bool());
      default -> throw WireReader.malformed("no message has type " + type);
    };
  }
}
