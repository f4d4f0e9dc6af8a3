package dev.drover.gtm.log;

import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.core.RecordCodec;
import dev.drover.gtm.protocol.WireReader;
import dev.drover.gtm.protocol.WireWriter;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of the log's frames. One frame holds the records of one write.
 *
 * <pre>
 *   int32 magic | int64 sequence | int32 length | int32 CRC-32C of all but magic | records
 * </pre>
 *
 * <p>Threads: immutable.
 */
final class LogFrames {
  /** Records in one frame. */
  static final int MAX_RECORDS = WireWriter.MAX_LIST_SIZE;

  private static final int MAGIC = 0x44524746;
  private static final int SEQUENCE_OFFSET = 4;
  private static final int LENGTH_OFFSET = 12;
  private static final int CHECKSUM_OFFSET = 16;
  private static final int HEADER_BYTES = 20;

  private LogFrames() {}

  static void write(long sequence, List<GtmRecord> records, ByteBuf out) {
    int start = out.writerIndex();
    out.writeInt(MAGIC).writeLong(sequence).writeInt(0).writeInt(0);
    new WireWriter(out).list(records, (to, record) -> RecordCodec.encode(record, to));
    int length = out.writerIndex() - start - HEADER_BYTES;
    out.setInt(start + LENGTH_OFFSET, length);
    out.setInt(start + CHECKSUM_OFFSET, checksum(out, start, length));
  }

  /** The frame at this place if there is a whole and sound one. */
  static Optional<Frame> read(ByteBuf file, int start) {
    int available = file.writerIndex() - start - HEADER_BYTES;
    if (available < 0 || file.getInt(start) != MAGIC) {
      return Optional.empty();
    }
    int length = file.getInt(start + LENGTH_OFFSET);
    if (length < 0
        || length > available
        || file.getInt(start + CHECKSUM_OFFSET) != checksum(file, start, length)) {
      return Optional.empty();
    }
    WireReader in = new WireReader(file.slice(start + HEADER_BYTES, length));
    try {
      List<GtmRecord> records = in.list(RecordCodec::decode);
      in.end();
      long sequence = file.getLong(start + SEQUENCE_OFFSET);
      return Optional.of(new Frame(sequence, records, start + HEADER_BYTES + length));
    } catch (SqlError e) {
      throw new IllegalStateException("the gtm log was written by another version", e);
    }
  }

  private static int checksum(ByteBuf bytes, int start, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.nioBuffer(start + SEQUENCE_OFFSET, CHECKSUM_OFFSET - SEQUENCE_OFFSET));
    checksum.update(bytes.nioBuffer(start + HEADER_BYTES, length));
    return (int) checksum.getValue();
  }

  record Frame(long sequence, List<GtmRecord> records, int end) {}
}
