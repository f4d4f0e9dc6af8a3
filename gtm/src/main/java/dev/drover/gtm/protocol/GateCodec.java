package dev.drover.gtm.protocol;

import dev.drover.gtm.protocol.GtmMessage.GateAlone;
import dev.drover.gtm.protocol.GtmMessage.GateClose;
import dev.drover.gtm.protocol.GtmMessage.GateDrained;
import dev.drover.gtm.protocol.GtmMessage.GateHeld;
import dev.drover.gtm.protocol.GtmMessage.GateHold;
import dev.drover.gtm.protocol.GtmMessage.GateOpen;
import dev.drover.gtm.protocol.GtmMessage.GateRefused;
import dev.drover.gtm.protocol.GtmMessage.SnapshotNow;
import dev.drover.gtm.protocol.GtmMessage.SnapshotTaken;
import dev.drover.gtm.protocol.GtmMessage.SnapshotWanted;

/** The bytes of the messages about snapshot windows. Threads: immutable. */
final class GateCodec {
  /** Types from here on are this codec's. */
  static final int FIRST_TYPE = 27;

  private static final int SNAPSHOT_WANTED = 27;
  private static final int GATE_CLOSE = 28;
  private static final int GATE_DRAINED = 29;
  private static final int GATE_HOLD = 30;
  private static final int GATE_HELD = 31;
  private static final int GATE_REFUSED = 32;
  private static final int SNAPSHOT_NOW = 33;
  private static final int SNAPSHOT_TAKEN = 34;
  private static final int GATE_OPEN = 35;
  private static final int GATE_ALONE = 36;

  private GateCodec() {}

  static void encode(GtmMessage.GateRequest message, WireWriter to) {
    switch (message) {
      case SnapshotWanted m ->
          to.byteValue(SNAPSHOT_WANTED).int64(m.number()).int64(m.epoch()).int64(m.wanted());
      case GateDrained m ->
          to.byteValue(GATE_DRAINED).int64(m.window()).int64(m.epoch()).bool(m.waited());
      case GateHeld m ->
          to.byteValue(GATE_HELD)
              .int64(m.window())
              .int64(m.epoch())
              .int64(m.wanted())
              .bool(m.waiting());
      case GateRefused m -> to.byteValue(GATE_REFUSED).int64(m.window()).int64(m.epoch());
      case SnapshotTaken m -> to.byteValue(SNAPSHOT_TAKEN).int64(m.window()).int64(m.epoch());
    }
  }

  static void encode(GtmMessage.GateOrder message, WireWriter to) {
    switch (message) {
      case GateClose m -> writeLimits(to.byteValue(GATE_CLOSE).int64(m.window()), m.limits());
      case GateHold m -> writeLimits(to.byteValue(GATE_HOLD).int64(m.window()), m.limits());
      case SnapshotNow m -> to.byteValue(SNAPSHOT_NOW).int64(m.window()).int64(m.through());
      case GateOpen m -> to.byteValue(GATE_OPEN).int64(m.window()).bool(m.valid());
      case GateAlone m ->
          writeLimits(
              to.byteValue(GATE_ALONE).int64(m.number()).int64(m.epoch()).int64(m.aloneMillis()),
              m.limits());
    }
  }

  static GtmMessage decode(int type, WireReader in) {
    return switch (type) {
      case SNAPSHOT_WANTED -> new SnapshotWanted(in.int64(), in.int64(), in.int64());
      case GATE_CLOSE -> new GateClose(in.int64(), limits(in));
      case GATE_DRAINED -> new GateDrained(in.int64(), in.int64(), in.bool());
      case GATE_HOLD -> new GateHold(in.int64(), limits(in));
      case GATE_HELD -> new GateHeld(in.int64(), in.int64(), in.int64(), in.bool());
      case GATE_REFUSED -> new GateRefused(in.int64(), in.int64());
      case SNAPSHOT_NOW -> new SnapshotNow(in.int64(), in.int64());
      case SNAPSHOT_TAKEN -> new SnapshotTaken(in.int64(), in.int64());
      case GATE_OPEN -> new GateOpen(in.int64(), in.bool());
      case GATE_ALONE -> new GateAlone(in.int64(), in.int64(), in.int64(), limits(in));
      default -> throw WireReader.malformed("no message has type " + type);
    };
  }

  private static void writeLimits(WireWriter to, GateLimits limits) {
    to.int64(limits.drainMillis()).int64(limits.holdMillis()).int32(limits.pace());
  }

  private static GateLimits limits(WireReader in) {
    try {
      return new GateLimits(in.int64(), in.int64(), in.int32());
    } catch (IllegalArgumentException e) {
      throw WireReader.malformed(e.getMessage());
    }
  }
}
