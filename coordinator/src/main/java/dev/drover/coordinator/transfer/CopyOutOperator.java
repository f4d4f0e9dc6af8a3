package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.CopyFormat;
import dev.drover.coordinator.copy.CopyOutJoin;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.PlacedReply;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.exec.TableChanges;
import dev.drover.coordinator.nodes.NodeFan;
import dev.drover.coordinator.nodes.NodeTask;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * {@code COPY ... TO STDOUT}: the nodes' streams become one, with one header.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CopyOutOperator implements Operator, NodeFan.Work {
  private static final int[] NO_SLOTS = {};

  /** Which nodes send what. */
  private record Source(List<Integer> nodes, SqlText sql, Rendering rendering) {}

  private final Call call;
  private final boolean header;
  private final NodeFan fan;
  private final Source source;
  private Optional<CopyResponse> response = Optional.empty();
  private Optional<CopyOutJoin> join = Optional.empty();
  private long rows;

  private CopyOutOperator(Call call, boolean header, Source source) {
    this.call = call;
    this.header = header;
    this.source = source;
    this.fan = new NodeFan(call, source.nodes(), this);
  }

  /** {@code slots} are those of the reader's pins. */
  public static Operator of(Call call, Plan.CopyOut plan, int[] slots) {
    return switch (plan.reader()) {
      case Plan.OneNode oneNode -> oneNode(call, plan, oneNode, slots);
      case Plan.Fragments fragments -> call.services().operators().of(call, fragments);
      case Plan.AllNodes all -> plain(call, plan, all.nodes(), all.text());
      case Plan.AnyNode any -> {
        int node = call.services().rotation().choose(call.transaction(), any.nodes(), false);
        yield plain(call, plan, List.of(node), any.text());
      }
      case Plan.Local local -> plain(call, plan, List.of(Node.CATALOG_ID), local.text());
      default -> throw new IllegalStateException("not a reader of COPY: " + plan.reader());
    };
  }

  private static Operator plain(Call call, Plan.CopyOut plan, List<Integer> nodes, SqlText text) {
    Rendering rendering = new Rendering(call, List.of(), NO_SLOTS);
    return new CopyOutOperator(call, plan.header(), new Source(nodes, text, rendering));
  }

  private static Operator oneNode(Call call, Plan.CopyOut plan, Plan.OneNode reader, int[] slots) {
    TreeSet<Integer> nodes = new TreeSet<>();
    for (int i = 0; i < slots.length; i++) {
      nodes.add(reader.pins().get(i).shards().nodeOf(slots[i]));
    }
    if (nodes.size() > 1) {
      Plan otherwise =
          reader
              .otherwise()
              .orElseThrow(() -> SqlError.notSupported("keys that lie on different nodes in COPY"));
      return of(call, new Plan.CopyOut(otherwise, plan.header()), NO_SLOTS);
    }
    Rendering rendering = new Rendering(call, reader.pins(), slots);
    List<Integer> one = nodes.isEmpty() ? List.of(Node.CATALOG_ID) : List.copyOf(nodes);
    return new CopyOutOperator(call, plan.header(), new Source(one, reader.text(), rendering));
  }

  @Override
  public void start() {
    boolean several = source.nodes().size() > 1;
    boolean begins = call.transaction().scope() == Transaction.Scope.NONE;
    boolean alone = several && begins && call.request().alone();
    call.openScope(!several);
    if (alone) {
      call.transaction().view().keepOneMoment();
    }
    fan.start();
  }

  @Override
  public void send(int index, Participant participant, Reply reply) {
    Reply placed = new PlacedReply(reply, source.rendering(), source.sql());
    ServerCommand.query(participant.backend(), source.sql(), source.rendering(), placed);
  }

  /** Within a larger transaction at READ COMMITTED, which cannot import a snapshot of all nodes. */
  @Override
  public Optional<NodeTask> atMoment() {
    return Optional.of(NodeTask.copyAtMoment(call, source.nodes(), source.sql()));
  }

  @Override
  public void cancel() {
    fan.cancel();
  }

  @Override
  public void message(int index, byte type, ByteBuf body) {
    if (type == MessageType.Backend.COPY_OUT && response.isEmpty()) {
      response = Optional.of(CopyResponse.decode(body));
    }
  }

  /** The client is told of the stream once something of it is good. */
  private CopyOutJoin joined() {
    if (join.isEmpty()) {
      CopyResponse one = response.orElseThrow();
      CopyFormat format = one.format() == 1 ? CopyFormat.BINARY : CopyFormat.TEXT;
      join = Optional.of(CopyOutJoin.of(format, header, PooledByteBufAllocator.DEFAULT));
      BackendEncoder.copyOutResponse(call.output().rowBuffer(), one.format(), one.columnFormats());
    }
    return join.get();
  }

  @Override
  public boolean binds() {
    return false;
  }

  @Override
  public void rows(int index, ByteBuf run) {
    call.output().rows(joined().join(fan.node(index), run));
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
      if (isOfItsRows(error.get())) {
        CopyOutJoin _ = joined();
      }
      call.transaction().fail();
      call.failed(error.get());
      return;
    }
    call.output().rows(joined().end());
    BackendEncoder.copyDone(call.output().rowBuffer());
    call.completed("COPY " + rows);
  }

  /** Such an error comes after the stream has begun; after others the statement may run again. */
  private boolean isOfItsRows(ErrorFields error) {
    return response.isPresent()
        && !error.sqlState().equals(SqlState.SERIALIZATION_FAILURE.code())
        && !TableChanges.mayHaveMoved(error);
  }
}
