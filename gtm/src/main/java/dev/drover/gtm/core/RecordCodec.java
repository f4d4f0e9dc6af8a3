package dev.drover.gtm.core;

import dev.drover.gtm.core.GtmRecord.Applicant;
import dev.drover.gtm.core.GtmRecord.EpochEnded;
import dev.drover.gtm.core.GtmRecord.EpochFenced;
import dev.drover.gtm.core.GtmRecord.EpochGranted;
import dev.drover.gtm.core.GtmRecord.GxidsLeased;
import dev.drover.gtm.core.GtmRecord.RoundClosed;
import dev.drover.gtm.core.GtmRecord.RoundOpened;
import dev.drover.gtm.core.GtmRecord.Started;
import dev.drover.gtm.protocol.WireReader;
import dev.drover.gtm.protocol.WireWriter;

/** The bytes of the records: a byte for the kind, then the fields. Threads: immutable. */
public final class RecordCodec {
  private static final int STARTED = 1;
  private static final int GXIDS_LEASED = 2;
  private static final int EPOCH_GRANTED = 3;
  private static final int EPOCH_ENDED = 4;
  private static final int EPOCH_FENCED = 5;
  private static final int ROUND_OPENED = 6;
  private static final int ROUND_CLOSED = 7;

  private RecordCodec() {}

  public static void encode(GtmRecord record, WireWriter to) {
    switch (record) {
      case Started r -> to.byteValue(STARTED).int64(r.boot());
      case GxidsLeased r -> to.byteValue(GXIDS_LEASED).int64(r.toExclusive());
      case EpochGranted r ->
          to.byteValue(EPOCH_GRANTED)
              .int32(r.coordinatorId())
              .string(r.name())
              .int64(r.epoch())
              .int64(r.applicant().incarnation())
              .int64(r.applicant().attempt())
              .int32(r.maxTransactions());
      case EpochEnded r -> to.byteValue(EPOCH_ENDED).int32(r.coordinatorId()).int64(r.epoch());
      case EpochFenced r -> to.byteValue(EPOCH_FENCED).int32(r.coordinatorId()).int64(r.epoch());
      case RoundOpened r ->
          to.byteValue(ROUND_OPENED)
              .int64(r.version())
              .int32(r.coordinatorId())
              .int64(r.epoch())
              .int64(r.publish());
      case RoundClosed r -> to.byteValue(ROUND_CLOSED).int64(r.version()).bool(r.changed());
    }
  }

  public static GtmRecord decode(WireReader in) {
    int kind = in.byteValue();
    return switch (kind) {
      case STARTED -> new Started(in.int64());
      case GXIDS_LEASED -> new GxidsLeased(in.int64());
      case EPOCH_GRANTED ->
          new EpochGranted(
              in.int32(),
              in.string(),
              in.int64(),
              new Applicant(in.int64(), in.int64()),
              in.int32());
      case EPOCH_ENDED -> new EpochEnded(in.int32(), in.int64());
      case EPOCH_FENCED -> new EpochFenced(in.int32(), in.int64());
      case ROUND_OPENED -> new RoundOpened(in.int64(), in.int32(), in.int64(), in.int64());
      case ROUND_CLOSED -> new RoundClosed(in.int64(), in.bool());
      default -> throw WireReader.malformed("no record has kind " + kind);
    };
  }
}
