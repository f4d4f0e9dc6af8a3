package dev.drover.coordinator.output;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.pgwire.ErrorFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Counts the rows of a statement that is run for EXPLAIN ANALYZE; nobody gets them. */
public final class CountingOutput implements ResultOutput {
  private final ResultOutput client;
  private final ByteBuf gathered = Unpooled.buffer();
  private long rows;

  public CountingOutput(ResultOutput client) {
    this.client = client;
  }

  public long rows() {
    take(gathered);
    gathered.clear();
    return rows;
  }

  private void take(ByteBuf run) {
    while (run.isReadable()) {
      run.skipBytes(1 + run.getInt(run.readerIndex() + 1));
      rows++;
    }
  }

  @Override
  public void rows(ByteBuf run) {
    try {
      take(run);
    } finally {
      run.release();
    }
  }

  @Override
  public boolean wholeFrames() {
    return true;
  }

  @Override
  public ByteBuf rowBuffer() {
    rows();
    return gathered;
  }

  @Override
  public void flush() {
    rows();
  }

  @Override
  public void simpleRowDescription(CachedPlan cached) {
    // What is counted is not described.
  }

  @Override
  public void notice(ErrorFields fields) {
    client.notice(fields);
  }

  @Override
  public boolean writable() {
    return true;
  }
}
