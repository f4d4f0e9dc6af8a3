package dev.drover.gtm.quorum;

import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.core.RecordCodec;
import dev.drover.gtm.protocol.WireReader;
import dev.drover.gtm.protocol.WireWriter;
import dev.drover.gtm.seat.Ballot;
import dev.drover.gtm.seat.Members;
import dev.drover.gtm.seat.Stored;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The bytes of a whole state.
 *
 * <pre>
 *   int32 format | int32 count | groups of members | int32 count | records
 * </pre>
 *
 * <p>No bytes at all are the state of a seat that nobody has founded.
 *
 * <p>Threads: immutable.
 */
final class StateCodec {
  private static final int FORMAT = 2;

  /** Did not say who the members are. */
  private static final int FORMAT_WITHOUT_MEMBERS = 1;

  private StateCodec() {}

  static byte[] encode(Members members, List<GtmRecord> records) {
    if (!members.isFounded()) {
      return new byte[0];
    }
    ByteBuf bytes = Unpooled.buffer();
    WireWriter to = new WireWriter(bytes);
    to.int32(FORMAT).list(members.groups(), StateCodec::writeGroup).int32(records.size());
    records.forEach(record -> RecordCodec.encode(record, to));
    byte[] state = new byte[bytes.readableBytes()];
    bytes.readBytes(state);
    return state;
  }

  static Stored decode(Ballot ballot, long version, byte[] state) {
    if (state.length == 0) {
      return new Stored(ballot, version, Members.NONE, List.of());
    }
    WireReader in = new WireReader(Unpooled.wrappedBuffer(state));
    try {
      Members members = members(in.int32(), in);
      int count = in.int32();
      List<GtmRecord> records = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        records.add(RecordCodec.decode(in));
      }
      in.end();
      return new Stored(ballot, version, members, records);
    } catch (SqlError e) {
      throw new IllegalStateException("the gtm's state cannot be read", e);
    }
  }

  private static Members members(int format, WireReader in) {
    return switch (format) {
      case FORMAT -> new Members(in.list(StateCodec::group));
      case FORMAT_WITHOUT_MEMBERS -> Members.NONE;
      default -> throw new IllegalStateException("the gtm's state was written by another version");
    };
  }

  private static void writeGroup(WireWriter to, Set<Long> group) {
    to.list(List.copyOf(group), WireWriter::int64);
  }

  private static Set<Long> group(WireReader in) {
    return new HashSet<>(in.list(WireReader::int64));
  }
}
