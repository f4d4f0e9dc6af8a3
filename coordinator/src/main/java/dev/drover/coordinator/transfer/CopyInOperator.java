package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.CopyConfig;
import dev.drover.coordinator.copy.CopyFormat;
import dev.drover.coordinator.copy.CopyOptions;
import dev.drover.coordinator.copy.CopyPlan;
import dev.drover.coordinator.copy.CopyStatement;
import dev.drover.coordinator.copy.CopyTarget;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.pgwire.MessageType.Frontend;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.KeyColumn;
import dev.drover.planner.plan.Plan.CopyIn;
import dev.drover.planner.plan.Plan.CopyIn.Filled;
import dev.drover.planner.plan.Plan.InsertTarget;
import dev.drover.planner.sql.SqlParser;
import dev.drover.planner.sql.Statement;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code COPY ... FROM STDIN} into a distributed table.
 *
 * <pre>
 * start: all target nodes and the catalog node join  ->  the catalog node judges the statement,
 *   the others hold the table  ->  is it still where the plan has it?
 *   ->  CopyInResponse to the client  ->  its CopyData through a {@link CopyStream}
 *   ->  CopyDone: the nodes' answers are awaited  ->  COPY n
 * </pre>
 *
 * <p>Source: PostgreSQL 18 manual, 54.2.6 "COPY Operations".
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CopyInOperator implements Operator, CopyCheck.Listener, CopyStream.Listener {
  private final Call call;
  private final CopyIn plan;
  private final List<Participant> targets = new ArrayList<>();
  private final Statement.Copy copy;
  private final CopyOptions options;
  private Optional<Participant> catalog = Optional.empty();
  private Optional<CopyStream> stream = Optional.empty();
  private Optional<CopyHold> hold = Optional.empty();
  private boolean taking;

  public CopyInOperator(Call call, CopyIn plan) {
    this.call = call;
    this.plan = plan;
    this.copy = statement(call);
    this.options = CopyOptions.of(copy.options());
  }

  /** The plan may have been made for another text, which differs in its options. */
  private static Statement.Copy statement(Call call) {
    return (Statement.Copy) SqlParser.parse(call.text().utf8()).getFirst().statement();
  }

  @Override
  public void start() {
    call.openScope(false);
    join(new ArrayList<>(plan.target().distribution().nodes()));
  }

  /** All nodes that may get rows take part from the start, so that nothing is half done. */
  private void join(List<Integer> nodes) {
    boolean last = nodes.isEmpty();
    call.transaction()
        .join(
            last ? Node.CATALOG_ID : nodes.getFirst(),
            new Transaction.Joining() {
              @Override
              public void joined(Participant participant) {
                if (last) {
                  check(participant);
                  return;
                }
                targets.add(participant);
                join(nodes.subList(1, nodes.size()));
              }

              @Override
              public void refused(SqlError why) {
                flushJoined();
                fail(ErrorFields.of(why, Severity.ERROR));
              }
            });
  }

  private void check(Participant joined) {
    catalog = Optional.of(joined);
    CopyHold holding = new CopyHold(call);
    hold = Optional.of(holding);
    holding.start(targets, plan.target().table());
    if (plan.filled().stream().anyMatch(Filled::pinsConnection)) {
      call.transaction().pinCatalog();
    }
    new CopyCheck(call, this).start(joined);
  }

  private void flushJoined() {
    targets.forEach(p -> p.backend().link().flush());
  }

  @Override
  public void refused(ErrorFields error) {
    fail(error);
  }

  @Override
  public void accepted(CopyResponse response) {
    hold.orElseThrow().whenAnswered(() -> held(response));
  }

  private void held(CopyResponse response) {
    Optional<ErrorFields> error = hold.orElseThrow().error();
    if (error.isPresent()) {
      fail(error.get());
      return;
    }
    call.whenPlanHolds(
        () -> {
          call.planHeld();
          begin(response);
        },
        why -> fail(ErrorFields.of(why, Severity.ERROR)));
  }

  private void begin(CopyResponse response) {
    try {
      stream = Optional.of(new CopyStream(call, work(), targets, this));
    } catch (SqlError e) {
      fail(ErrorFields.of(e, Severity.ERROR));
      return;
    }
    BackendEncoder.copyInResponse(
        call.output().rowBuffer(), response.format(), response.columnFormats());
    call.output().flush();
    taking = true;
    call.scopes().takeMessages();
  }

  private CopyStream.Work work() {
    InsertTarget target = plan.target();
    CopyStatement statement =
        CopyStatement.of(
            copy,
            call.text().utf8(),
            plan.filled().stream().map(Filled::column).toList(),
            target.columns());
    boolean leaves =
        target.leaves()
            && !statement.needsTableName()
            && CopyTargets.hasManyLeaves(target.distribution());
    CopyPlan copyPlan =
        CopyPlan.of(
                CopyTarget.of(target, filledKeys(), leaves),
                options,
                target.columns().stream().map(CopyInOperator::unquoted).toList(),
                CopyTargets.endMarkerInCsv(targets),
                CopyConfig.DEFAULT)
            .withFilledColumns(plan.filled().size());
    boolean binary = options.format() == CopyFormat.BINARY;
    Optional<CopyDefaults> defaults =
        plan.filled().isEmpty()
            ? Optional.empty()
            : Optional.of(new CopyDefaults(call, plan.filled(), catalog.orElseThrow(), binary));
    Optional<String> shown = copy.table().map(table -> table.name().local());
    FilledPrefix filled = new FilledPrefix(plan.filled().size(), options);
    return new CopyStream.Work(
        new CopyNodes.Text(statement, target, shown, filled), copyPlan, target.key(), defaults);
  }

  /** For each key column its position among the filled ones, or -1. */
  private List<Integer> filledKeys() {
    List<Integer> positions = new ArrayList<>();
    List<KeyColumn> key = plan.target().key();
    for (int i = 0; i < key.size(); i++) {
      int wanted = i;
      List<Integer> keys = plan.filled().stream().map(Filled::key).toList();
      positions.add(keys.indexOf(wanted));
    }
    return positions;
  }

  private static String unquoted(String name) {
    return name.substring(1, name.length() - 1).replace("\"\"", "\"");
  }

  @Override
  public boolean copying() {
    return taking && stream.orElseThrow().wantsMore();
  }

  @Override
  public void copyMessage(byte type, ByteBuf body) {
    CopyStream rows = stream.orElseThrow();
    switch (type) {
      case Frontend.COPY_DATA -> rows.feed(body);
      case Frontend.COPY_DONE -> {
        taking = false;
        rows.complete();
      }
      case Frontend.COPY_FAIL ->
          breakOff(
              SqlError.of(
                  SqlState.QUERY_CANCELED,
                  "COPY from stdin failed: " + FrontendDecoder.string(body)));
      case Frontend.FLUSH, Frontend.SYNC -> {
        // Sent by clients that did not know that their statement was a COPY.
      }
      default -> {
        taking = false;
        call.scopes().synchronizationLost(context(unexpected(type)));
      }
    }
  }

  /** What a message is answered with that has no place in a COPY. */
  static SqlError unexpected(byte type) {
    return SqlError.of(
        SqlState.PROTOCOL_VIOLATION,
        "unexpected message type 0x%02X during COPY from stdin".formatted(type));
  }

  /** Not because of a row. */
  private void breakOff(SqlError error) {
    taking = false;
    stream.orElseThrow().fail(context(error));
  }

  /** The context is the line that is being read. */
  private ErrorFields context(SqlError error) {
    return stream.orElseThrow().withLine(ErrorFields.of(error, Severity.ERROR));
  }

  @Override
  public void cancel() {
    if (stream.isPresent()) {
      breakOff(SqlError.of(SqlState.QUERY_CANCELED, "canceling statement due to user request"));
    }
  }

  @Override
  public void clientGone() {
    stream.ifPresent(CopyStream::abandon);
  }

  @Override
  public void more() {
    call.scopes().takeMessages();
  }

  @Override
  public void completed(long rows) {
    call.completed("COPY " + rows);
  }

  @Override
  public void failed(ErrorFields error) {
    fail(error);
  }

  private void fail(ErrorFields error) {
    taking = false;
    call.transaction().fail();
    call.failed(error);
  }
}
