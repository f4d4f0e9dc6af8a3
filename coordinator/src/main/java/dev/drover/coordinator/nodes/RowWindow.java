package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.Combine.RowCount;
import dev.drover.planner.plan.Combine.Window;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** OFFSET and LIMIT, counted off row by row. */
public final class RowWindow {
  private long skip;
  private long left;
  private long passed;

  private RowWindow(long skip, long left) {
    this.skip = skip;
    this.left = left;
  }

  public static RowWindow of(Window window, Call call) {
    long offset = window.offset().map(o -> count(o, call, "OFFSET", 0)).orElse(0L);
    long limit =
        window.limit().map(l -> count(l, call, "LIMIT", Long.MAX_VALUE)).orElse(Long.MAX_VALUE);
    return new RowWindow(offset, limit);
  }

  /** Passes on those of whole frames that are in the window; ownership moves here. */
  public void pass(ByteBuf run, ResultOutput output) {
    if (unbounded()) {
      output.rows(run);
      return;
    }
    try {
      while (run.isReadable()) {
        int start = run.readerIndex();
        int length = 1 + run.getInt(start + 1);
        run.skipBytes(length);
        if (take()) {
          output.rows(run.retainedSlice(start, length));
        }
      }
    } finally {
      run.release();
    }
  }

  /** True when the next row is passed on. */
  boolean take() {
    if (skip > 0) {
      skip--;
      return false;
    }
    if (left <= 0) {
      return false;
    }
    left--;
    passed++;
    return true;
  }

  /** No further row will pass. */
  public boolean exhausted() {
    return left <= 0;
  }

  public long passed() {
    return passed;
  }

  /** Every row passes, so they need not be counted one by one. */
  public boolean unbounded() {
    return skip == 0 && left == Long.MAX_VALUE;
  }

  private static long count(RowCount count, Call call, String clause, long whenNull) {
    long rows =
        switch (count) {
          case RowCount.Fixed(long fixed) -> fixed;
          case RowCount.Parameter(int index, int _) ->
              parameter(call.bind().orElseThrow(), index - 1, whenNull);
        };
    if (rows < 0) {
      SqlState state = SqlState.INVALID_ROW_COUNT;
      call.output().bound();
      throw SqlError.of(state, clause + " must not be negative");
    }
    return rows;
  }

  private static long parameter(Bind bind, int index, long whenNull) {
    if (bind.isNull(index)) {
      return whenNull;
    }
    if (bind.format(index) == 0) {
      String text =
          new String(bind.bytes(), bind.offset(index), bind.length(index), StandardCharsets.UTF_8);
      return parse(text).orElseThrow(() -> invalid(text));
    }
    long value = bind.bytes()[bind.offset(index)];
    for (int i = 1; i < bind.length(index); i++) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(bind.bytes()[bind.offset(index) + i]);
    }
    return value;
  }

  private static Optional<Long> parse(String text) {
    try {
      return Optional.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static SqlError invalid(String text) {
    return SqlError.of(
        SqlState.INVALID_TEXT_REPRESENTATION,
        "invalid input syntax for type bigint: \"" + text + "\"");
  }
}
