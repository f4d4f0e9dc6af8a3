package dev.drover.coordinator.copy;

import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Sends each row of a client's COPY to the servers that hold its slot.
 *
 * <p>Driven by the session's event loop: every call does what can be done without waiting and says
 * in a {@link CopyOutcome} what it waits for. An {@link SqlError} ends the COPY: the caller sends
 * CopyFail wherever a COPY is open, and closes the router.
 *
 * <pre>
 * feed(bytes) ... feed(bytes), complete()        while the outcome is More
 * pump()                                         when a node becomes ready
 * acknowledged(node)                             when a node's COPY has ended well
 * defaults(values), values(binary forms)         after NeedDefaults, NeedValues
 * </pre>
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CopyRouter implements AutoCloseable {
  /** Rows at least this long are handed on without another copy. */
  private static final int LONG_ROW_BYTES = 1 << 20;

  private static final int LONG_MESSAGE_BYTES = 8 << 20;
  private static final byte[] NOTHING = new byte[0];

  private final RowSplitter splitter;
  private final CopyRow row;
  private final Optional<SlotFinder> slots;
  private final DefaultsFiller filler;
  private final Parked parked;
  private final LineMap lineMap = new LineMap();
  private final Lanes lanes;
  private final boolean binary;
  private final int columns;

  private boolean rowPending;
  private boolean complete;
  private boolean waitsForValues;
  private CopyOutcome outcome = new CopyOutcome.More();
  private long rows;

  private CopyRouter(CopyPlan plan, CopySink sink, ByteBufAllocator allocator) {
    RowShape shape = plan.shape();
    splitter = RowSplitter.of(shape);
    row = new CopyRow(shape.keyPositions().size());
    slots =
        plan.target() instanceof CopyTarget.Slots target
            ? Optional.of(new SlotFinder(target, shape.options()))
            : Optional.empty();
    filler = DefaultsFiller.of(shape.options(), plan.filledColumns());
    parked = new Parked(plan.config().parkedRows());
    lanes = new Lanes(plan, sink, allocator, lineMap);
    binary = shape.options().format() == CopyFormat.BINARY;
    columns = shape.columns().size();
  }

  public static CopyRouter of(CopyPlan plan, CopySink sink, ByteBufAllocator allocator) {
    return new CopyRouter(plan, sink, allocator);
  }

  /** Takes the payload of CopyData messages, cut anywhere; the caller keeps the buffer. */
  public CopyOutcome feed(ByteBuf payload) {
    if (!wantsMore()) {
      throw new IllegalStateException("bytes of a COPY that waits: " + outcome);
    }
    splitter.feed(payload);
    return proceed();
  }

  /** The client has sent CopyDone. */
  public CopyOutcome complete() {
    complete = true;
    splitter.complete();
    return proceed();
  }

  /** A node has become ready. */
  public CopyOutcome pump() {
    lanes.pump();
    return proceed();
  }

  /** The node's oldest COPY was answered by CommandComplete. */
  public CopyOutcome acknowledged(int node) {
    lineMap.acknowledged(node);
    lanes.feedIdle(node);
    return proceed();
  }

  /**
   * Ends the node's COPY, if one stays open for further rows; false when it waits for room, and so
   * cannot end yet.
   */
  public boolean settle(int node) {
    return lanes.settle(node);
  }

  /**
   * The answer to {@link CopyOutcome.NeedDefaults}: any number of rows.
   *
   * @param values see {@link DefaultsFiller#add}
   */
  public CopyOutcome defaults(List<List<Optional<byte[]>>> values) {
    filler.add(values);
    return proceed();
  }

  /**
   * The answer to {@link CopyOutcome.NeedValues}: for each row the values of its key in binary
   * format, as the columns will hold them; or an empty list when PostgreSQL refuses one, and then a
   * server will say so with its own words.
   */
  public CopyOutcome values(List<List<Optional<byte[]>>> binaryKeys) {
    List<Parked.Entry> entries = parked.takeAll();
    if (binaryKeys.size() != entries.size()) {
      throw new IllegalArgumentException(binaryKeys.size() + " answers for " + entries.size());
    }
    waitsForValues = false;
    SlotFinder finder = slots.orElseThrow();
    for (int i = 0; i < entries.size(); i++) {
      Parked.Entry entry = entries.get(i);
      List<Optional<byte[]>> key = binaryKeys.get(i);
      int slot = key.isEmpty() ? SlotFinder.ANY : finder.slotOfBinary(key);
      Run run = lanes.run(slot);
      run.lines().add(entry.line(), entry.inner(), entry.returns());
      run.write(entry.bytes(), 0, entry.bytes().length);
      lanes.written(slot, entry.bytes().length);
    }
    return proceed();
  }

  /** The client may be read. */
  public boolean wantsMore() {
    return outcome instanceof CopyOutcome.More;
  }

  /** What was last returned. */
  public CopyOutcome outcome() {
    return outcome;
  }

  public LineMap lineMap() {
    return lineMap;
  }

  /** The client's line that was read last: for the context of an error raised here. */
  public long line() {
    return splitter.line();
  }

  /** Rows read so far. */
  public long rows() {
    return rows;
  }

  /** Bytes held back. */
  public long bufferedBytes() {
    return lanes.bufferedBytes();
  }

  /** Releases what was not handed to the sink. */
  @Override
  public void close() {
    lanes.release();
  }

  private CopyOutcome proceed() {
    outcome = step();
    return outcome;
  }

  private CopyOutcome step() {
    if (waitsForValues) {
      return new CopyOutcome.NeedValues(parked.rows());
    }
    while (true) {
      if (lanes.isFull()) {
        return new CopyOutcome.Blocked();
      }
      if (!rowPending && !splitter.next(row)) {
        return complete ? finish() : new CopyOutcome.More();
      }
      rowPending = true;
      if (filler.isStarved()) {
        return new CopyOutcome.NeedDefaults(filler.wantedRows());
      }
      route();
      rowPending = false;
      rows++;
      if (parked.isFull()) {
        return needValues();
      }
    }
  }

  private CopyOutcome finish() {
    if (!parked.isEmpty()) {
      return needValues();
    }
    return lanes.drain() ? new CopyOutcome.Drained() : new CopyOutcome.Blocked();
  }

  private CopyOutcome needValues() {
    waitsForValues = true;
    return new CopyOutcome.NeedValues(parked.rows());
  }

  private void route() {
    List<Optional<byte[]>> filled = List.of();
    byte[] prefix = NOTHING;
    if (filler.columns() > 0) {
      DefaultsFiller.Filled values = filler.next();
      filled = values.values();
      prefix = values.prefix();
    }
    int slot = slots.isPresent() ? slots.get().slot(row, filled) : SlotFinder.ANY;
    int inner = splitter.innerLines(row);
    if (slot == SlotFinder.UNKNOWN) {
      park(prefix, filled, inner);
      return;
    }
    Run run = lanes.run(slot);
    run.lines().add(row.line(), inner, row.returns());
    long before = run.lengthBytes();
    write(run, prefix);
    lanes.written(slot, run.lengthBytes() - before);
  }

  private void write(Run run, byte[] prefix) {
    int start = row.start();
    if (prefix.length > 0) {
      start += writePrefix(run, prefix);
    }
    if (row.end() - start >= LONG_ROW_BYTES) {
      adopt(run, start);
    } else {
      run.write(row.bytes(), start, row.end() - start);
    }
    if (!row.isTerminated()) {
      byte[] terminator = splitter.terminator();
      run.write(terminator, 0, terminator.length);
    }
  }

  /** Returns how many of the row's own bytes it replaces. */
  private int writePrefix(Run run, byte[] prefix) {
    if (!binary) {
      run.write(prefix, 0, prefix.length);
      return 0;
    }
    byte[] head = fieldCount();
    run.write(head, 0, head.length);
    run.write(prefix, 0, prefix.length);
    return head.length;
  }

  private byte[] fieldCount() {
    int count = columns + filler.columns();
    return new byte[] {(byte) (count >> 8), (byte) count};
  }

  private void adopt(Run run, int start) {
    int end = row.end();
    ByteBuf whole = Unpooled.wrappedBuffer(splitter.giveAway(row));
    for (int at = start; at < end; at += LONG_MESSAGE_BYTES) {
      run.adopt(whole.retainedSlice(at, Math.min(LONG_MESSAGE_BYTES, end - at)));
    }
    whole.release();
  }

  private void park(byte[] prefix, List<Optional<byte[]>> filled, int inner) {
    byte[] own = new byte[row.lengthBytes()];
    System.arraycopy(row.bytes(), row.start(), own, 0, own.length);
    byte[] head = binary && prefix.length > 0 ? fieldCount() : NOTHING;
    byte[] body = head.length == 0 ? own : Arrays.copyOfRange(own, head.length, own.length);
    byte[] end = row.isTerminated() ? NOTHING : splitter.terminator();
    parked.add(
        new Parked.Entry(
            Parked.join(head, prefix, body, end),
            row.line(),
            inner,
            row.returns(),
            slots.orElseThrow().values(row, filled)));
  }
}
