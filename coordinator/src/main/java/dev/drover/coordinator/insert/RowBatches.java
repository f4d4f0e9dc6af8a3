package dev.drover.coordinator.insert;

import dev.drover.coordinator.copy.ExactFloats;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.transfer.RowSink;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan.InsertTarget;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Rows of constants on their way to the nodes, as {@code INSERT ... VALUES} statements of bounded
 * size.
 *
 * <p>A row of a replicated table goes to the primary first, and to the others once the primary has
 * taken the batch.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class RowBatches implements RowSink {
  /** A batch of about that many bytes is sent. */
  private static final int BATCH_BYTES = 256 * 1024;

  /** Batches under way, over all nodes, before the reader is paused. */
  private static final int MAX_OUTSTANDING = 8;

  /** What one node is still to get. */
  private static final class Target {
    final Participant participant;
    final StringBuilder values = new StringBuilder();

    Target(Participant participant) {
      this.participant = participant;
    }
  }

  private final Call call;
  private final InsertTarget target;
  private final ExactFloats floats;
  private final TargetSlots slots;
  private final Runnable progress;
  private final Consumer<ErrorFields> failed;
  private final Map<Integer, Target> targets = new LinkedHashMap<>();
  private int outstanding;
  private long rows;
  private final Optional<ReturnedRows> returned;
  private boolean described;
  private boolean clientPaused;
  private boolean finished;

  public RowBatches(
      Call call, Insertion insertion, Runnable progress, Consumer<ErrorFields> failed) {
    this.call = call;
    this.target = insertion.target();
    this.floats = insertion.floats();
    this.slots = new TargetSlots(target);
    this.progress = progress;
    this.failed = failed;
    insertion.participants().forEach(p -> targets.put(p.node(), new Target(p)));
    boolean isSpread = !(target.distribution() instanceof Distribution.Replicated);
    boolean returns = !call.cached().facts().columns().isEmpty();
    this.returned = isSpread && returns ? Optional.of(new ReturnedRows()) : Optional.empty();
  }

  @Override
  public boolean outstanding() {
    return outstanding > 0;
  }

  @Override
  public boolean writable() {
    return outstanding < MAX_OUTSTANDING && !clientPaused;
  }

  /** Every batch is a whole statement. */
  @Override
  public boolean settle(int node) {
    return true;
  }

  @Override
  public void abort(ErrorFields why) {
    targets.values().forEach(to -> to.values.setLength(0));
    returned.ifPresent(ReturnedRows::discard);
  }

  @Override
  public void abandon() {
    // Nothing is kept outside of the heap.
  }

  @Override
  public void clientWritable() {
    clientPaused = false;
    targets.values().forEach(t -> t.participant.backend().link().resume());
    progress.run();
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public void take(ByteBuf run) {
    while (run.isReadable()) {
      List<byte[]> row = new ArrayList<>(BackendDecoder.nextDataRow(run));
      for (int i = 0; i < row.size(); i++) {
        if (row.get(i) != null && floats.isBinary(i)) {
          row.set(i, floats.text(i, row.get(i)));
        }
      }
      add(row);
    }
  }

  /** One row of the target's columns, as texts. */
  public void add(List<byte[]> row) {
    int node = nodeOf(row);
    returned.ifPresent(kept -> kept.inserted(node));
    Target to = targets.get(node);
    append(to.values, row);
    if (to.values.length() >= BATCH_BYTES) {
      send(to);
    }
  }

  @Override
  public void finish() {
    for (Target to : List.copyOf(targets.values())) {
      if (!to.values.isEmpty()) {
        send(to);
      }
    }
    finished = true;
    settled();
  }

  /** The last batch is answered: the client gets its rows. */
  private void settled() {
    if (finished && outstanding == 0) {
      describe();
      returned.ifPresent(kept -> kept.send(call.output()));
    }
  }

  /** Once, and also when there was no row to insert. */
  private void describe() {
    if (!described && call.simple() && !call.cached().facts().columns().isEmpty()) {
      described = true;
      call.output().simpleRowDescription(call.cached());
    }
  }

  private int nodeOf(List<byte[]> row) {
    return switch (target.distribution()) {
      case Distribution.Hash hash -> hash.shards().nodeOf(slots.of(row, hash.shards().modulus()));
      case Distribution.Modulo modulo ->
          modulo.shards().nodeOf(slots.moduloOf(row, modulo.shards().modulus()));
      case Distribution.Replicated replicated -> replicated.primary();
      case Distribution.RoundRobin spread ->
          call.services().rotation().choose(call.transaction(), spread.nodes(), true);
      case Distribution.CatalogNode _ -> Node.CATALOG_ID;
    };
  }

  private static void append(StringBuilder values, List<byte[]> row) {
    values.append(values.isEmpty() ? "(" : ", (");
    for (int i = 0; i < row.size(); i++) {
      if (i > 0) {
        values.append(", ");
      }
      byte[] value = row.get(i);
      values.append(
          value == null
              ? "NULL"
              : SettingsState.literal(new String(value, StandardCharsets.UTF_8)));
    }
    values.append(')');
  }

  private void send(Target to) {
    String head =
        "INSERT INTO %s (%s) %sVALUES %s "
            .formatted(
                target.table(),
                String.join(", ", target.columns()),
                target.overriding(),
                to.values);
    List<SqlText.Piece> pieces = new ArrayList<>(List.of(SqlText.Piece.Fixed.of(head)));
    pieces.addAll(target.tail().pieces());
    to.values.setLength(0);
    send(to, new SqlText(pieces), true);
  }

  /** The client's parameters may stand in the tail. */
  private void send(Target to, SqlText sql, boolean first) {
    Participant participant = to.participant;
    participant.markWrote();
    outstanding++;
    Reply reply = new BatchReply(participant, sql, first);
    Rendering rendering = new Rendering(call, List.of(), new int[0]);
    if (call.simple()) {
      ServerCommand.query(participant.backend(), sql, rendering, reply);
    } else {
      ServerCommand.Bound bound = new ServerCommand.Bound(sql, 0, Optional.empty(), 0, "");
      ServerCommand.execute(participant.backend(), call, bound, rendering, reply);
    }
    participant.backend().link().flush();
  }

  /** The batch is on the primary: now the other nodes. */
  private void replicate(Distribution.Replicated replicated, SqlText sql) {
    targets.get(replicated.primary()).participant.markCommitsLast();
    for (int node : replicated.nodes()) {
      if (node != replicated.primary()) {
        send(targets.get(node), sql, false);
      }
    }
  }

  /** One batch on one node; {@code counted} is false on replicas. */
  private final class BatchReply implements Reply {
    private final Participant participant;
    private final SqlText sql;
    private final boolean counted;
    private final List<ErrorFields> errors = new ArrayList<>();

    BatchReply(Participant participant, SqlText sql, boolean counted) {
      this.participant = participant;
      this.sql = sql;
      this.counted = counted;
    }

    @Override
    public void rows(ByteBuf run) {
      if (!counted) {
        run.release();
        return;
      }
      if (returned.isPresent()) {
        returned.get().add(participant.node(), run, call.output());
      } else {
        call.output().rows(run);
      }
      if (!call.output().writable()) {
        clientPaused = true;
        participant.backend().link().pause();
      }
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case MessageType.Backend.ROW_DESCRIPTION -> {
          if (counted) {
            describe();
          }
        }
        case MessageType.Backend.BIND_COMPLETE -> call.output().bound();
        case MessageType.Backend.COMMAND_COMPLETE -> {
          long inserted = CommandTag.decode(body).rows().orElse(0);
          rows += counted ? inserted : 0;
        }
        case MessageType.Backend.ERROR ->
            failed(ErrorFields.decode(body).without(ErrorFields.POSITION));
        default -> {
          // Nothing that the client has not been told already.
        }
      }
    }

    private void failed(ErrorFields fromServer) {
      errors.add(StatementError.of(call, fromServer, participant.node()));
    }

    @Override
    public void burstEnd() {
      call.output().flush();
    }

    @Override
    public void ready(char status) {
      outstanding--;
      if (!errors.isEmpty()) {
        returned.ifPresent(ReturnedRows::discard);
        failed.accept(errors.getFirst());
        return;
      }
      if (counted && target.distribution() instanceof Distribution.Replicated replicated) {
        replicate(replicated, sql);
      }
      settled();
      progress.run();
    }

    @Override
    public void broken(SqlError why) {
      outstanding--;
      returned.ifPresent(ReturnedRows::discard);
      failed.accept(ErrorFields.of(why, Severity.ERROR));
    }
  }
}
