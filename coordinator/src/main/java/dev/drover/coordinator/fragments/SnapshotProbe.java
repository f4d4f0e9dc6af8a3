package dev.drover.coordinator.fragments;

import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.FrontendEncoder;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells whether queries that were bound one after another on a connection see the same, though each
 * Bind takes a snapshot of its own: asks for the snapshot before the first and after the last.
 *
 * <p>A window of the gate alone does not say so. It holds commits back, but a commit on one node
 * that was sent before may take effect between two Binds there.
 *
 * <p>Source: PostgreSQL 18 manual, 9.27.7 "Transaction ID and Snapshot Information Functions". A
 * transaction that ends changes what {@code pg_current_snapshot} shows, one that begins does not:
 * xmax is the first id after the latest that has ended ({@code GetSnapshotData}).
 *
 * <p>Threads: confined to the session's event loop.
 */
final class SnapshotProbe {
  private static final String STATEMENT = "drover$snapshot";
  private static final byte[] SQL =
      "SELECT pg_catalog.pg_current_snapshot()".getBytes(StandardCharsets.US_ASCII);
  private static final int[] NONE = {};

  /** Before and after. */
  private static final int ASKED = 2;

  private final List<String> seen = new ArrayList<>();
  private int answers;

  /** After an error it may be there from the last time. */
  static void prepare(ByteBuf out) {
    close(out);
    FrontendEncoder.parse(out, STATEMENT, SQL, NONE);
  }

  static void close(ByteBuf out) {
    FrontendEncoder.closeStatement(out, STATEMENT);
  }

  /** Before the first Bind, and once more after the last. */
  void ask(ByteBuf out) {
    FrontendEncoder.bind(out, "", STATEMENT, BindParameters.none(), NONE);
    FrontendEncoder.execute(out, "", 0);
  }

  /** Ownership moves here. */
  void rows(ByteBuf run) {
    try {
      seen.add(new String(BackendDecoder.nextDataRow(run).getFirst(), StandardCharsets.US_ASCII));
    } finally {
      run.release();
    }
  }

  /** One of the two is answered. */
  void answered() {
    answers++;
  }

  boolean isOver() {
    return answers == ASKED;
  }

  /** Nothing has ended in between. */
  boolean isOneMoment() {
    return seen.getFirst().equals(seen.getLast());
  }
}
