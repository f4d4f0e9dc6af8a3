package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.BoundQuery;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.PlacedReply;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.SqlText;
import java.util.List;
import java.util.Optional;

/**
 * One text for several nodes, sent in the protocol of the client's call.
 *
 * @param resultFormats when present, the extended protocol is used whatever the client did
 * @param limited each node gets the row limit of the call, and comes to rest at it
 * @param atMoment the nodes say when they begin
 * @param locks what a node runs before it binds the text, if binding it takes no locks
 */
public record NodeTask(
    Call call,
    List<Integer> nodes,
    SqlText sql,
    Optional<int[]> resultFormats,
    boolean limited,
    boolean atMoment,
    Optional<SqlText> locks) {
  private static final int SLOT_BITS = 16;

  /** In the place of a slot, of which there are not so many. */
  private static final long AT_MOMENT = (1 << SLOT_BITS) - 1;

  private static final int[] TEXT_FORMAT = {0};

  public NodeTask {
    nodes = List.copyOf(nodes);
  }

  /** Of nodes that begin when they come to it. */
  public NodeTask(
      Call call, List<Integer> nodes, SqlText sql, Optional<int[]> resultFormats, boolean limited) {
    this(call, nodes, sql, resultFormats, limited, false, Optional.empty());
  }

  /** The same, of nodes that say when they begin. */
  NodeTask saysWhenItBegins() {
    return new NodeTask(call, nodes, sql, resultFormats, limited, true, Optional.empty());
  }

  /** A COPY of nodes that say when they begin; it takes its locks only then, unless before. */
  public static NodeTask copyAtMoment(Call call, List<Integer> nodes, SqlText sql) {
    Optional<SqlText> rows = Optional.of(sql.enclosedAtMoment().behind("EXPLAIN "));
    return new NodeTask(call, nodes, sql, Optional.of(TEXT_FORMAT), false, true, rows);
  }

  /** All rows, whatever the call's limit. */
  public static NodeTask whole(
      Call call, List<Integer> nodes, SqlText sql, Optional<int[]> resultFormats) {
    return new NodeTask(call, nodes, sql, resultFormats, false);
  }

  /** Has one node bind the text and wait, in the extended protocol. */
  BoundQuery bind(Participant participant, Reply nodeReply) {
    Rendering rendering = rendering();
    locks.ifPresent(
        text -> {
          Reply reply = new PlacedReply(new LocksReply(nodeReply), rendering, text);
          ServerCommand.query(participant.backend(), text, rendering, reply);
        });
    Reply reply = new PlacedReply(nodeReply, rendering, sql);
    return ServerCommand.bind(participant.backend(), call, bound(), rendering, reply);
  }

  public void send(int index, Participant participant, Reply nodeReply) {
    Rendering rendering = rendering();
    Reply reply = new PlacedReply(nodeReply, rendering, sql);
    if (call.simple() && resultFormats.isEmpty()) {
      ServerCommand.query(participant.backend(), sql, rendering, reply);
      return;
    }
    ServerCommand.execute(participant.backend(), call, bound(), rendering, reply);
  }

  private Rendering rendering() {
    Rendering whole =
        atMoment ? Rendering.atMoment(call) : new Rendering(call, List.of(), new int[0]);
    return isKept() ? whole.kept(sql, List.of()) : whole;
  }

  private boolean isKept() {
    return resultFormats.isEmpty() && call.request().statementKey() != 0;
  }

  private ServerCommand.Bound bound() {
    long statement = call.request().statementKey() << SLOT_BITS;
    long key = isKept() ? statement | (atMoment ? AT_MOMENT : 0) : 0;
    Optional<int[]> formats =
        call.simple() ? resultFormats.or(() -> Optional.of(TEXT_FORMAT)) : resultFormats;
    return limited
        ? new ServerCommand.Bound(sql, key, formats, call.request().maxRows(), call.serverPortal())
        : new ServerCommand.Bound(sql, key, formats, 0, "");
  }
}
