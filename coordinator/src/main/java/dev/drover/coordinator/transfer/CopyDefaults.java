package dev.drover.coordinator.transfer;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan.CopyIn.Filled;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Draws the values of columns that a client's rows lack: on the catalog node, where sequences are,
 * and in the client's transaction, which may have made them.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CopyDefaults {
  private static final int[] NO_TYPES = {};

  /** Told once per question. */
  interface Listener {
    void drawn(List<List<Optional<byte[]>>> rows);

    void failed(ErrorFields error);
  }

  private final Call call;
  private final List<Filled> columns;
  private final Participant catalog;
  private final int[] formats;
  private final String values;

  /** {@code binary} is the format of the values. */
  CopyDefaults(Call call, List<Filled> columns, Participant catalog, boolean binary) {
    this.call = call;
    this.columns = columns;
    this.catalog = catalog;
    this.formats = new int[] {binary ? 1 : 0};
    Rendering rendering = new Rendering(call, List.of(), new int[0]);
    this.values =
        columns.stream()
            .map(column -> rendering.string(column.value()))
            .collect(Collectors.joining(", "));
  }

  /** Values for so many rows. */
  void draw(int rows, Listener listener) {
    boolean perRow = columns.stream().anyMatch(Filled::perRow);
    int drawn = perRow ? rows : 1;
    String sql = "SELECT " + values + " FROM pg_catalog.generate_series(1, " + drawn + ")";
    Backend backend = catalog.backend();
    ByteBuf out = backend.link().out();
    FrontendEncoder.parse(out, "", sql.getBytes(StandardCharsets.UTF_8), NO_TYPES);
    FrontendEncoder.bind(out, "", "", BindParameters.none(), formats);
    FrontendEncoder.execute(out, "", 0);
    FrontendEncoder.sync(out);
    backend.link().expect(new Drawing(rows, listener));
    backend.link().flush();
  }

  /** One question's answer. */
  private final class Drawing implements Reply {
    private final int wanted;
    private final Listener listener;
    private final List<List<Optional<byte[]>>> rows = new ArrayList<>();
    private Optional<ErrorFields> error = Optional.empty();

    Drawing(int wanted, Listener listener) {
      this.wanted = wanted;
      this.listener = listener;
    }

    @Override
    public void rows(ByteBuf run) {
      try {
        while (run.isReadable()) {
          rows.add(BackendDecoder.nextDataRow(run).stream().map(Optional::ofNullable).toList());
        }
      } finally {
        run.release();
      }
    }

    @Override
    public void message(byte type, ByteBuf body) {
      if (type == MessageType.Backend.ERROR) {
        ErrorFields fields = ErrorFields.decode(body).without(ErrorFields.POSITION);
        error = Optional.of(StatementError.of(call, fields, Node.CATALOG_ID));
      }
    }

    @Override
    public void ready(char status) {
      if (error.isPresent()) {
        listener.failed(error.get());
        return;
      }
      boolean once = rows.size() == 1 && wanted > 1;
      listener.drawn(once ? Collections.nCopies(wanted, rows.getFirst()) : rows);
    }

    @Override
    public void broken(SqlError why) {
      listener.failed(ErrorFields.of(why, Severity.ERROR));
    }
  }
}
