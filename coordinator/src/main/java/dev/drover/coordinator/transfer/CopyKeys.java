package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.CopyOutcome.NeedValues;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.KeyColumn;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Asks PostgreSQL for the binary form of key values that the coordinator cannot read by itself, as
 * their columns will hold them.
 *
 * <p>The rows go in one array per key column. When PostgreSQL refuses one of them, the halves are
 * asked for apart, and so on, until the one that it refuses is alone.
 *
 * <p>The connection takes no part in the transaction: a refusal must not end that.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CopyKeys implements BackendPool.Request {
  private static final int[] BINARY = {1};

  /** Told once. */
  interface Listener {
    /** Per row its key; empty for a row whose key PostgreSQL refuses. */
    void read(List<List<Optional<byte[]>>> keys);

    void failed(ErrorFields error);
  }

  private record Range(int from, int to) {}

  private final Call call;
  private final List<KeyColumn> columns;
  private final boolean binary;
  private final List<NeedValues.Row> rows;
  private final Listener listener;
  private final List<List<Optional<byte[]>>> keys;
  private final Deque<Range> left = new ArrayDeque<>();
  private final String sql;
  private Optional<Backend> backend = Optional.empty();

  /** {@code binary} is the format in which the rows' keys are. */
  CopyKeys(
      Call call,
      List<KeyColumn> columns,
      boolean binary,
      List<NeedValues.Row> rows,
      Listener listener) {
    this.call = call;
    this.columns = columns;
    this.binary = binary;
    this.rows = rows;
    this.listener = listener;
    this.keys = new ArrayList<>(Collections.nCopies(rows.size(), List.of()));
    this.sql = sql();
  }

  void ask() {
    left.push(new Range(0, rows.size()));
    call.services().pool().acquire(Node.CATALOG_ID, call.transaction().role(), this);
  }

  @Override
  public void acquired(Backend acquired) {
    backend = Optional.of(acquired);
    acquired.applySettings(call.settings());
    next();
  }

  @Override
  public void refused(SqlError why) {
    listener.failed(ErrorFields.of(why, Severity.ERROR));
  }

  /** {@code SELECT (k1)::date FROM unnest($1::text[]) WITH ORDINALITY AS r (k1, n) ORDER BY n}. */
  private String sql() {
    StringBuilder select = new StringBuilder("SELECT ");
    StringBuilder arrays = new StringBuilder();
    StringBuilder names = new StringBuilder();
    for (int i = 1; i <= columns.size(); i++) {
      KeyColumn column = columns.get(i - 1);
      select.append(i == 1 ? "(k" : ", (k").append(i).append(")::").append(column.typeName());
      arrays.append(i == 1 ? "$" : ", $").append(i).append("::").append(given(column));
      arrays.append("[]");
      names.append('k').append(i).append(", ");
    }
    return select.append(" FROM pg_catalog.unnest(").append(arrays)
        + (") WITH ORDINALITY AS r (" + names + "n) ORDER BY n");
  }

  private String given(KeyColumn column) {
    HashType type = given(column.type());
    return type == HashType.CHAR
        ? "pg_catalog.\"char\""
        : "pg_catalog." + type.name().toLowerCase(Locale.ROOT);
  }

  private HashType given(HashType column) {
    return binary ? column : HashType.TEXT;
  }

  private void next() {
    Range range = left.peek();
    if (range == null) {
      call.services().pool().release(backend.orElseThrow());
      listener.read(keys);
      return;
    }
    Backend catalog = backend.orElseThrow();
    List<byte[]> arrays = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      arrays.add(array(i, range));
    }
    ByteBuf out = catalog.link().out();
    FrontendEncoder.parse(out, "", sql.getBytes(StandardCharsets.UTF_8), new int[0]);
    FrontendEncoder.bind(out, "", "", BindParameters.binary(arrays), BINARY);
    FrontendEncoder.execute(out, "", 0);
    FrontendEncoder.sync(out);
    catalog.link().expect(new Answer(range));
    catalog.link().flush();
  }

  private byte[] array(int column, Range range) {
    List<Optional<byte[]>> values = new ArrayList<>(range.to() - range.from());
    for (NeedValues.Row row : rows.subList(range.from(), range.to())) {
      values.add(row.keys().get(column));
    }
    return BinaryArray.of(given(columns.get(column).type()).typeOid(), values);
  }

  private void refuse(Range range) {
    int middle = (range.from() + range.to()) >>> 1;
    if (middle > range.from()) {
      left.push(new Range(middle, range.to()));
      left.push(new Range(range.from(), middle));
    }
  }

  /** The answer for one range. */
  private final class Answer implements Reply {
    private final Range range;
    private int at;
    private boolean refused;

    Answer(Range range) {
      this.range = range;
      this.at = range.from();
    }

    @Override
    public void rows(ByteBuf run) {
      try {
        while (run.isReadable()) {
          keys.set(
              at++, BackendDecoder.nextDataRow(run).stream().map(Optional::ofNullable).toList());
        }
      } finally {
        run.release();
      }
    }

    @Override
    public void message(byte type, ByteBuf body) {
      refused |= type == MessageType.Backend.ERROR;
    }

    @Override
    public void ready(char status) {
      left.pop();
      if (refused) {
        keys.subList(range.from(), range.to()).replaceAll(_ -> List.of());
        refuse(range);
      }
      next();
    }

    @Override
    public void broken(SqlError why) {
      call.services().pool().release(backend.orElseThrow());
      listener.failed(ErrorFields.of(why, Severity.ERROR));
    }
  }
}
