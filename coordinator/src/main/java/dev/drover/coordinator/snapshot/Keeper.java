package dev.drover.coordinator.snapshot;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A connection to one node whose transaction fixes a snapshot and exports it for others.
 *
 * <pre>
 *   begin ──► ready: in BEGIN, which holds no snapshot yet
 *   bind  ──► bound: the snapshot is that of the Bind
 *   export ─► exported: others may import it under its name, until the transaction ends
 *   end   ──► the transaction is over, and the keeper can begin again
 * </pre>
 *
 * <p>Only the Bind need happen while commits are held back; the export writes a file.
 *
 * <p>Source: PostgreSQL 18 manual, 9.28.5 "Snapshot Synchronization Functions"; the snapshot is
 * taken at Bind because {@code exec_bind_message} starts the portal with it.
 *
 * <p>Threads: confined to one event loop.
 */
final class Keeper {
  private static final String STATEMENT = "keeper";
  private static final int[] NONE = {};

  /** How a step ended. */
  interface Outcome {
    void done(boolean succeeded);
  }

  private final Backend backend;
  private final String exportSql;
  private Optional<Outcome> binding = Optional.empty();
  private Optional<Outcome> exporting = Optional.empty();
  private Optional<String> snapshot = Optional.empty();
  private boolean prepared;
  private boolean failed;

  Keeper(Backend backend, String exportSql) {
    this.backend = requireNonNull(backend);
    this.exportSql = requireNonNull(exportSql);
  }

  Backend backend() {
    return backend;
  }

  int node() {
    return backend.node();
  }

  boolean isOpen() {
    return !failed && backend.link().isOpen();
  }

  /** Begins a transaction, which takes no snapshot. */
  void begin(String beginSql, Outcome outcome) {
    if (!prepared) {
      prepared = true;
      ByteBuf out = backend.link().out();
      FrontendEncoder.closeStatement(out, STATEMENT);
      FrontendEncoder.parse(out, STATEMENT, exportSql.getBytes(StandardCharsets.US_ASCII), NONE);
      FrontendEncoder.sync(out);
      backend.expect(new QuietReply(this::note));
    }
    backend.query(beginSql, new QuietReply(reply -> outcome.done(note(reply))));
    backend.link().flush();
  }

  private boolean note(QuietReply reply) {
    failed |= !reply.succeeded();
    return !failed;
  }

  /** Fixes the snapshot; {@link #export} or {@link #discard} follows. */
  void bind(Outcome outcome) {
    binding = Optional.of(outcome);
    ByteBuf out = backend.link().out();
    FrontendEncoder.bind(out, "", STATEMENT, BindParameters.none(), NONE);
    FrontendEncoder.flush(out);
    backend.expect(new ExportReply());
    backend.link().flush();
  }

  void export(Outcome outcome) {
    if (!backend.link().isOpen()) {
      outcome.done(false);
      return;
    }
    exporting = Optional.of(outcome);
    FrontendEncoder.execute(backend.link().out(), "", 0);
    FrontendEncoder.sync(backend.link().out());
    backend.link().flush();
  }

  /** The snapshot is of no use. */
  void discard() {
    FrontendEncoder.sync(backend.link().out());
    backend.link().flush();
  }

  /** The name under which the snapshot can be imported. */
  Optional<String> snapshot() {
    return snapshot;
  }

  /** Ends the transaction; who has imported the snapshot keeps it. */
  void end(Outcome outcome) {
    snapshot = Optional.empty();
    backend.query("ROLLBACK", new QuietReply(reply -> outcome.done(note(reply))));
    backend.link().flush();
  }

  private void bound(boolean succeeded) {
    Optional<Outcome> waiting = binding;
    binding = Optional.empty();
    waiting.ifPresent(outcome -> outcome.done(succeeded));
  }

  private void ended() {
    bound(false);
    Optional<Outcome> waiting = exporting;
    exporting = Optional.empty();
    waiting.ifPresent(outcome -> outcome.done(snapshot.isPresent()));
  }

  /** From the Bind to the end of the export. */
  private final class ExportReply implements Reply {
    @Override
    public void rows(ByteBuf run) {
      try {
        byte[] name = BackendDecoder.nextDataRow(run).getFirst();
        snapshot = Optional.of(new String(name, StandardCharsets.UTF_8));
      } finally {
        run.release();
      }
    }

    @Override
    public void message(byte type, ByteBuf body) {
      if (type == MessageType.Backend.BIND_COMPLETE) {
        bound(true);
      } else if (type == MessageType.Backend.ERROR) {
        failed = true;
        bound(false);
      }
    }

    @Override
    public void ready(char status) {
      ended();
    }

    @Override
    public void broken(SqlError why) {
      failed = true;
      ended();
    }
  }
}
