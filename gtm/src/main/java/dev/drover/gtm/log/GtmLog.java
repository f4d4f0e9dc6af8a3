package dev.drover.gtm.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.drover.gtm.core.DurableState;
import dev.drover.gtm.core.GtmRecord;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An append-only file of records in a directory of its own.
 *
 * <p>A write that a crash cut short is dropped at the next start: nothing that depended on it was
 * ever sent. Damage anywhere before the last write is no such thing and makes the start fail, for
 * going on without those records could hand out numbers twice.
 *
 * <p>When the file has grown, a new one that begins with the state itself takes its place.
 *
 * <p>Invariant: what {@link #append} returned from survives a crash of the machine.
 *
 * <p>Threads: confined to one.
 */
public final class GtmLog implements AutoCloseable {
  /** A file shorter than this is left alone. Units: bytes. */
  static final int MIN_COMPACTION_BYTES = 1024 * 1024;

  private static final int COMPACTION_FACTOR = 4;
  private static final int MAX_FILE_BYTES = 1024 * 1024 * 1024;
  private static final byte[] HEADER = "drover gtm log 1\n".getBytes(US_ASCII);
  private static final String FILE = "gtm.log";
  private static final String NEW_FILE = "gtm.log.new";
  private static final String LOCK_FILE = "gtm.lock";

  /** What a log becomes whose state is kept by servers from then on. */
  private static final String MOVED_FILE = "gtm.log.moved";

  private final Path directory;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private final DurableState recovered;
  private FileChannel file;
  private long sequence;
  private long compactedBytes;

  private GtmLog(Path directory, FileChannel lockChannel, FileLock lock) throws IOException {
    this.directory = directory;
    this.lockChannel = lockChannel;
    this.lock = lock;
    this.recovered = new DurableState();
    if (hasMoved(directory)) {
      throw new IOException("the gtm's state has moved from " + directory + " to the servers");
    }
    Path path = directory.resolve(FILE);
    if (!Files.exists(path)) {
      replaceFile(List.of());
      return;
    }
    this.file = FileChannel.open(path, READ, WRITE);
    recover();
  }

  /** Opens or makes the log of this directory and recovers its state. */
  public static GtmLog open(Path directory) throws IOException {
    Files.createDirectories(directory);
    FileChannel lockChannel = FileChannel.open(directory.resolve(LOCK_FILE), CREATE, WRITE);
    try {
      FileLock lock =
          tryLock(lockChannel)
              .orElseThrow(() -> new IOException("another gtm runs on " + directory));
      return new GtmLog(directory, lockChannel, lock);
    } catch (IOException | RuntimeException e) {
      lockChannel.close();
      throw e;
    }
  }

  /** Whether the state that was here is kept by servers. */
  public static boolean hasMoved(Path directory) {
    return Files.exists(directory.resolve(MOVED_FILE));
  }

  /** The servers have the state: nobody must ever go on from this one. Close it then. */
  public void moved() throws IOException {
    Files.move(directory.resolve(FILE), directory.resolve(MOVED_FILE), ATOMIC_MOVE);
    forceDirectory();
  }

  /** What the records add up to; the caller's from now on. */
  public DurableState recovered() {
    return recovered;
  }

  /** Makes these records durable, all or none. */
  public void append(List<GtmRecord> records) throws IOException {
    for (int from = 0; from < records.size(); from += LogFrames.MAX_RECORDS) {
      int to = Math.min(records.size(), from + LogFrames.MAX_RECORDS);
      write(file, frame(records.subList(from, to)));
    }
    file.force(false);
  }

  /** Whether the file has grown enough to be worth {@link #compact}. */
  public boolean wantsCompaction() throws IOException {
    return file.size() >= Math.max(MIN_COMPACTION_BYTES, compactedBytes * COMPACTION_FACTOR);
  }

  /** Replaces the file by one that holds just these records. */
  public void compact(List<GtmRecord> snapshot) throws IOException {
    file.close();
    replaceFile(snapshot);
  }

  @Override
  public void close() throws IOException {
    file.close();
    lock.release();
    lockChannel.close();
  }

  private void recover() throws IOException {
    ByteBuf bytes = readAll();
    int end = HEADER.length;
    Optional<LogFrames.Frame> frame = LogFrames.read(bytes, end);
    while (frame.isPresent() && isNext(frame.get().sequence())) {
      frame.get().records().forEach(recovered::apply);
      sequence = frame.get().sequence();
      end = frame.get().end();
      frame = LogFrames.read(bytes, end);
    }
    if (end < bytes.writerIndex()) {
      requireNothingAfter(bytes, end);
      file.truncate(end);
      file.force(true);
    }
    file.position(end);
  }

  private boolean isNext(long found) {
    return sequence == 0 || found == sequence + 1;
  }

  private static void requireNothingAfter(ByteBuf bytes, int tornAt) throws IOException {
    for (int at = tornAt; at < bytes.writerIndex(); at++) {
      if (LogFrames.read(bytes, at).isPresent()) {
        throw new IOException(
            "the gtm log is damaged at byte " + tornAt + " and goes on at byte " + at);
      }
    }
  }

  private ByteBuf readAll() throws IOException {
    long size = file.size();
    if (size > MAX_FILE_BYTES) {
      throw new IOException("the gtm log has " + size + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    int count = file.read(bytes, 0);
    while (bytes.hasRemaining() && count >= 0) {
      count = file.read(bytes, bytes.position());
    }
    ByteBuf whole = Unpooled.wrappedBuffer(bytes.flip());
    ByteBuf header = Unpooled.wrappedBuffer(HEADER);
    if (whole.readableBytes() < HEADER.length || !whole.slice(0, HEADER.length).equals(header)) {
      throw new IOException("this is not a gtm log of this version");
    }
    return whole;
  }

  private void replaceFile(List<GtmRecord> records) throws IOException {
    Path fresh = directory.resolve(NEW_FILE);
    file = FileChannel.open(fresh, CREATE, READ, WRITE, TRUNCATE_EXISTING);
    write(file, Unpooled.wrappedBuffer(HEADER));
    append(records);
    file.force(true);
    Files.move(fresh, directory.resolve(FILE), ATOMIC_MOVE, REPLACE_EXISTING);
    forceDirectory();
    compactedBytes = file.size();
  }

  private void forceDirectory() throws IOException {
    try (FileChannel entry = FileChannel.open(directory, READ)) {
      entry.force(true);
    }
  }

  private ByteBuf frame(List<GtmRecord> records) {
    sequence++;
    ByteBuf frame = Unpooled.buffer();
    LogFrames.write(sequence, records, frame);
    return frame;
  }

  private static void write(FileChannel to, ByteBuf bytes) throws IOException {
    while (bytes.isReadable()) {
      bytes.readBytes(to, to.position(), bytes.readableBytes());
      to.position(to.size());
    }
  }

  private static Optional<FileLock> tryLock(FileChannel channel) throws IOException {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    }
  }
}
