package dev.drover.coordinator.insert;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.PlacedReply;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.nodes.NodeFan;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Plan.InsertRows;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * {@code INSERT ... VALUES} of several rows, as one statement per node with that node's rows.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class InsertRowsOperator implements Operator, NodeFan.Work {
  private static final Piece COMMA = Piece.Fixed.of(", ");

  private final Call call;
  private final List<SqlText> texts;
  private final List<Integer> nodes;
  private final NodeFan fan;
  private final Optional<ReturnedRows> returned;
  private long rows;
  private boolean described;

  /** {@code slots[i]} is the slot of the plan's row i. */
  public InsertRowsOperator(Call call, InsertRows plan, int[] slots) {
    this.call = call;
    SortedMap<Integer, SqlText> byNode = byNode(plan, slots);
    this.texts = List.copyOf(byNode.values());
    this.nodes = List.copyOf(byNode.keySet());
    this.fan = new NodeFan(call, nodes, this);
    boolean keepsRows = nodes.size() > 1 && call.request().maxRows() == 0;
    this.returned = keepsRows ? Optional.of(new ReturnedRows()) : Optional.empty();
    returned.ifPresent(kept -> origins(plan, slots).forEach(kept::inserted));
  }

  /** The statement of each node, with that node's rows. */
  public static SortedMap<Integer, SqlText> byNode(InsertRows plan, int[] slots) {
    Map<Integer, List<Piece>> pieces = new TreeMap<>();
    for (int i = 0; i < slots.length; i++) {
      InsertRows.Row row = plan.rows().get(i);
      List<Piece> text =
          pieces.computeIfAbsent(
              row.pin().shards().nodeOf(slots[i]), _ -> new ArrayList<>(plan.head().pieces()));
      if (text.size() > plan.head().pieces().size()) {
        text.add(COMMA);
      }
      text.addAll(row.text().pieces());
    }
    SortedMap<Integer, SqlText> texts = new TreeMap<>();
    pieces.forEach(
        (node, text) -> {
          text.addAll(plan.tail().pieces());
          texts.put(node, new SqlText(text));
        });
    return texts;
  }

  private static IntStream origins(InsertRows plan, int[] slots) {
    return IntStream.range(0, slots.length)
        .map(i -> plan.rows().get(i).pin().shards().nodeOf(slots[i]));
  }

  @Override
  public void start() {
    call.openScope(false);
    fan.start();
  }

  @Override
  public void send(int index, Participant participant, Reply nodeReply) {
    participant.markWrote();
    SqlText text = texts.get(index);
    Rendering rendering = new Rendering(call, List.of(), new int[0]);
    Reply reply = new PlacedReply(nodeReply, rendering, text);
    if (call.simple()) {
      ServerCommand.query(participant.backend(), text, rendering, reply);
      return;
    }
    ServerCommand.Bound bound =
        new ServerCommand.Bound(
            text, 0, Optional.empty(), call.request().maxRows(), call.serverPortal());
    ServerCommand.execute(participant.backend(), call, bound, rendering, reply);
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public void bound() {
    call.output().bound();
  }

  @Override
  public void rows(int index, ByteBuf run) {
    if (returned.isPresent()) {
      returned.get().add(nodes.get(index), run, call.output());
    } else {
      call.output().rows(run);
    }
  }

  @Override
  public void message(int index, byte type, ByteBuf body) {
    if (type == Backend.ROW_DESCRIPTION && !described && call.simple()) {
      described = true;
      call.output().simpleRowDescription(call.cached());
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      fan.moreIfWanted();
    }
  }

  @Override
  public void rested(int index) {
    fan.moreIfWanted();
  }

  @Override
  public boolean rests() {
    return true;
  }

  @Override
  public void closeSuspended() {
    fan.closeResting();
  }

  @Override
  public void tag(int index, String tag) {
    rows += CommandTag.parse(tag).rows().orElse(0);
  }

  @Override
  public void finished(Optional<ErrorFields> error) {
    if (error.isPresent()) {
      returned.ifPresent(ReturnedRows::discard);
      call.transaction().fail();
    }
    call.closeBareScope();
    if (error.isPresent()) {
      call.failed(error.get());
    } else {
      returned.ifPresent(kept -> kept.send(call.output()));
      call.completed("INSERT 0 " + rows);
    }
  }
}
