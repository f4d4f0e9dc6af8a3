package dev.drover.coordinator.ddl;

import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.transfer.CarryRoutes;
import dev.drover.coordinator.transfer.RowCarrier;
import dev.drover.coordinator.txn.Participant;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.DdlStep;
import dev.drover.planner.plan.Plan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The steps of one change of the schema, one after another, in the transaction's connections.
 *
 * <p>Threads: used by one virtual thread.
 */
final class DdlSteps {
  static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '200ms'";

  private final Call call;
  private final BlockingTransaction blocking;
  private final boolean retryable;
  private final Map<String, String> captured = new HashMap<>();
  private int node = Node.CATALOG_ID;

  /**
   * @param retryable lock waits are short, since the statement will be tried again
   */
  DdlSteps(Call call, BlockingTransaction blocking, boolean retryable) {
    this.call = call;
    this.blocking = blocking;
    this.retryable = retryable;
  }

  /** The node that an error came from. */
  int node() {
    return node;
  }

  /**
   * @param inTurn the datanodes one after another, so that two who lock the same never hold a part
   *     each
   */
  void run(List<DdlStep> steps, boolean inTurn) {
    for (DdlStep step : steps) {
      switch (step) {
        case Plan.Step statement -> run(statement, inTurn);
        case CarryRows rows -> carry(rows);
      }
    }
  }

  private void run(Plan.Step step, boolean inTurn) {
    String sql = fill(step.sql());
    QuietReply reply =
        switch (step.where()) {
          case CATALOG -> onCatalog(sql);
          case METADATA -> onMetadata(sql);
          case DATANODES ->
              inTurn ? lockOnDatanodes(step.nodes(), sql) : onDatanodes(step.nodes(), sql);
        };
    if (!step.capture().isEmpty()) {
      captured.put(step.capture(), DdlOperator.single(reply));
    }
  }

  /** With the values that steps have captured. */
  String fill(String sql) {
    String filled = sql;
    for (Map.Entry<String, String> value : captured.entrySet()) {
      filled = filled.replace("${" + value.getKey() + "}", value.getValue());
    }
    return filled;
  }

  private QuietReply onCatalog(String sql) {
    Participant catalog = blocking.join(Node.CATALOG_ID);
    catalog.markWrote();
    QuietReply reply = blocking.query(catalog, sql);
    if (!reply.notices().isEmpty()) {
      blocking.onLoop(() -> reply.notices().forEach(call.output()::notice));
    }
    return reply;
  }

  private QuietReply onMetadata(String sql) {
    Participant metadata = blocking.joinMetadata();
    metadata.markWrote();
    return blocking.query(metadata, sql);
  }

  private QuietReply onDatanodes(List<Integer> nodes, String sql) {
    List<Participant> participants =
        nodes.stream()
            .map(
                each -> {
                  boolean joined = call.transaction().find(each, false).isPresent();
                  Participant participant = blocking.join(each);
                  participant.markWrote();
                  if (!joined && retryable) {
                    blocking.query(participant, LOCK_TIMEOUT);
                  }
                  return participant;
                })
            .toList();
    node = nodes.getFirst();
    List<QuietReply> replies = blocking.query(participants, sql);
    node = Node.CATALOG_ID;
    return replies.isEmpty() ? new QuietReply() : replies.getFirst();
  }

  private QuietReply lockOnDatanodes(List<Integer> nodes, String sql) {
    for (int each : nodes.stream().sorted().toList()) {
      Participant participant = blocking.join(each);
      node = each;
      blocking.query(participant, sql);
    }
    node = Node.CATALOG_ID;
    return new QuietReply();
  }

  private void carry(CarryRows rows) {
    RowCarrier carrier = new RowCarrier(call, blocking, CarryRoutes.of(rows, this::fill));
    try {
      carrier.carry();
    } finally {
      node = carrier.node();
    }
    node = Node.CATALOG_ID;
  }
}
