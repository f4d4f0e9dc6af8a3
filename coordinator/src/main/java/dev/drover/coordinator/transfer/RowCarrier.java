package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.CopyConfig;
import dev.drover.coordinator.copy.CopyOptions;
import dev.drover.coordinator.copy.CopyPlan;
import dev.drover.coordinator.copy.CopyStatement;
import dev.drover.coordinator.copy.CopyTarget;
import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.ExactSettings;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.Plan.InsertTarget;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a table's rows to the one that takes its place, within the transaction that holds both.
 *
 * <p>First every node copies what it keeps, all at once; then one node after another sends the
 * rest. A connection either sends or receives, so that one per node is enough, and the
 * transaction's own rows are carried like all others. Values travel as text, which means the same
 * on every server, under settings that lose nothing.
 *
 * <p>Threads: used by one virtual thread.
 */
public final class RowCarrier {
  private static final Logger LOG = LoggerFactory.getLogger(RowCarrier.class);

  private final Call call;
  private final BlockingTransaction blocking;
  private final CarryRoutes routes;
  private int node = Node.CATALOG_ID;

  public RowCarrier(Call call, BlockingTransaction blocking, CarryRoutes routes) {
    this.call = call;
    this.blocking = blocking;
    this.routes = routes;
  }

  /** The node that an error came from. */
  public int node() {
    return node;
  }

  public void carry() {
    List<Participant> all =
        call.transaction().participants().stream()
            .filter(p -> p.node() != Node.CATALOG_ID)
            .toList();
    ExactSettings exact = ExactSettings.on(blocking, all);
    long kept = keep();
    long sent = 0;
    for (CarryRoutes.Route route : routes.routes()) {
      sent += route.send().isPresent() ? send(route.node(), route.send().get()) : 0;
    }
    exact.restore();
    LOG.info("event=rows_carried kept={} sent={}", kept, sent);
  }

  private long keep() {
    List<Participant> keepers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (CarryRoutes.Route route : routes.routes()) {
      if (route.keep().isPresent()) {
        keepers.add(blocking.join(route.node()));
        texts.add(
            "INSERT INTO %s (%s) %s".formatted(rows().to(), columns(), select(route.keep().get())));
      }
    }
    return blocking.query(keepers, texts).stream().mapToLong(RowCarrier::count).sum();
  }

  private static long count(QuietReply reply) {
    return Long.parseLong(reply.tag().substring(reply.tag().lastIndexOf(' ') + 1));
  }

  private long send(int source, CarryRoutes.Send send) {
    node = source;
    List<Participant> targets = send.to().stream().map(blocking::join).toList();
    Participant from = blocking.join(source);
    String text = "COPY (%s) TO STDOUT".formatted(select(send.condition()));
    CarriedRows.Outcome outcome =
        blocking.await(
            future -> new CarriedRows(call, work(send), future).start(from, text, targets));
    outcome
        .error()
        .ifPresent(
            e -> {
              throw new ServerError(e);
            });
    if (outcome.sent() != outcome.received()) {
      throw SqlError.of(
          SqlState.INTERNAL_ERROR,
          "%d rows were sent and %d arrived".formatted(outcome.sent(), outcome.received()));
    }
    node = Node.CATALOG_ID;
    return outcome.sent();
  }

  private CopyStream.Work work(CarryRoutes.Send send) {
    InsertTarget target =
        new InsertTarget(
            rows().to(),
            routes.distribution(send.to()),
            rows().columns(),
            routes.key(),
            true,
            "",
            SqlText.cut("", 0));
    CopyOptions options = CopyOptions.of(List.of());
    CopyPlan plan =
        CopyPlan.of(
            CopyTarget.of(target, routes.key().stream().map(_ -> -1).toList(), true),
            options,
            rows().columns(),
            false,
            CopyConfig.DEFAULT);
    CopyStatement statement = new CopyStatement(rows().columns(), "", "");
    CopyNodes.Text text =
        new CopyNodes.Text(statement, target, Optional.empty(), new FilledPrefix(0, options));
    return new CopyStream.Work(text, plan, target.key(), Optional.empty());
  }

  private String select(String condition) {
    return "SELECT %s FROM %s AS drover_row WHERE %s"
        .formatted(columns(), rows().from(), condition);
  }

  private String columns() {
    return String.join(", ", rows().columns());
  }

  private CarryRows rows() {
    return routes.rows();
  }
}
