package dev.drover.gtm.quorum;

import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.core.RecordCodec;
import dev.drover.gtm.protocol.WireReader;
import dev.drover.gtm.protocol.WireWriter;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a whole state.
 *
 * <pre>
 *   int32 format | int32 count | records
 * </pre>
 *
 * <p>No bytes at all are the state of a new cluster.
 *
 * <p>Threads: immutable.
 */
final class StateCodec {
  private static final int FORMAT = 1;

  private StateCodec() {}

  static byte[] encode(List<GtmRecord> records) {
    if (records.isEmpty()) {
      return new byte[0];
    }
    ByteBuf bytes = Unpooled.buffer();
    WireWriter to = new WireWriter(bytes);
    to.int32(FORMAT).int32(records.size());
    records.forEach(record -> RecordCodec.encode(record, to));
    byte[] state = new byte[bytes.readableBytes()];
    bytes.readBytes(state);
    return state;
  }

  static List<GtmRecord> decode(byte[] state) {
    if (state.length == 0) {
      return List.of();
    }
    WireReader in = new WireReader(Unpooled.wrappedBuffer(state));
    try {
      if (in.int32() != FORMAT) {
        throw new IllegalStateException("the gtm's state was written by another version");
      }
      int count = in.int32();
      List<GtmRecord> records = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        records.add(RecordCodec.decode(in));
      }
      in.end();
      return records;
    } catch (SqlError e) {
      throw new IllegalStateException("the gtm's state cannot be read", e);
    }
  }
}
