package dev.drover.coordinator.exec;

import dev.drover.coordinator.copy.CopyFormat;
import dev.drover.coordinator.copy.CopyOutJoin;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.Optional;

/**
 * {@code COPY ... TO STDOUT}: the nodes' streams become one, with one header.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CopyOutOperator implements Operator, NodeFan.Work {
  private static final int[] NO_SLOTS = {};

  private final Call call;
  private final boolean header;
  private final NodeFan fan;
  private final SqlText sql;
  private final Rendering rendering;
  private Optional<CopyOutJoin> join = Optional.empty();
  private long rows;

  private CopyOutOperator(
      Call call, boolean header, List<Integer> nodes, SqlText sql, Rendering rendering) {
    this.call = call;
    this.header = header;
    this.sql = sql;
    this.rendering = rendering;
    this.fan = new NodeFan(call, nodes, this);
  }

  static CopyOutOperator of(Call call, Plan.CopyOut plan) {
    return switch (plan.reader()) {
      case Plan.OneNode(var text, var pins, var _, var _) -> {
        int[] slots = call.services().slots().of(pins, call);
        int node = pins.isEmpty() ? Node.CATALOG_ID : pins.getFirst().shards().nodeOf(slots[0]);
        yield of(call, plan, List.of(node), text, pins, slots);
      }
      case Plan.AllNodes all -> of(call, plan, all.nodes(), all.text(), List.of(), NO_SLOTS);
      case Plan.AnyNode any -> {
        int node = call.services().rotation().choose(call.transaction(), any.nodes(), false);
        yield of(call, plan, List.of(node), any.text(), List.of(), NO_SLOTS);
      }
      case Plan.Local local ->
          of(call, plan, List.of(Node.CATALOG_ID), local.text(), List.of(), NO_SLOTS);
      default -> throw new IllegalStateException("not a reader of COPY: " + plan.reader());
    };
  }

  private static CopyOutOperator of(
      Call call,
      Plan.CopyOut plan,
      List<Integer> nodes,
      SqlText text,
      List<Pin> pins,
      int[] slots) {
    Rendering rendering = new Rendering(call.text(), pins, slots, call.now());
    return new CopyOutOperator(call, plan.header(), nodes, text, rendering);
  }

  @Override
  public void start() {
    call.openScope(true);
    fan.start();
  }

  @Override
  public void send(int index, Participant participant, Reply reply) {
    ServerCommand.query(participant.backend(), sql, rendering, reply);
  }

  @Override
  public void message(int index, byte type, ByteBuf body) {
    if (type != MessageType.Backend.COPY_OUT || join.isPresent()) {
      return;
    }
    CopyResponse response = CopyResponse.decode(body);
    CopyFormat format = response.format() == 1 ? CopyFormat.BINARY : CopyFormat.TEXT;
    join = Optional.of(CopyOutJoin.of(format, header, ByteBufAllocator.DEFAULT));
    BackendEncoder.copyOutResponse(
        call.output().rowBuffer(), response.format(), response.columnFormats());
  }

  @Override
  public void rows(int index, ByteBuf run) {
    call.output().rows(join.orElseThrow().join(fan.node(index), run));
    if (!call.output().writable()) {
      fan.pauseAll();
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      fan.resumeAll();
    }
  }

  @Override
  public void tag(int index, String tag) {
    rows += CommandTag.parse(tag).rows().orElse(0);
  }

  @Override
  public void burstEnd() {
    call.output().flush();
  }

  @Override
  public void finished(Optional<ErrorFields> error) {
    call.closeBareScope();
    if (error.isPresent()) {
      call.transaction().fail();
      call.failed(error.get());
      return;
    }
    join.ifPresent(j -> call.output().rows(j.end()));
    BackendEncoder.copyDone(call.output().rowBuffer());
    call.completed("COPY " + rows);
  }
}
