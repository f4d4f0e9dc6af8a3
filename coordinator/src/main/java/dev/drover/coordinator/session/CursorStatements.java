package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.cursor.CursorFetch;
import dev.drover.coordinator.cursor.CursorLoad;
import dev.drover.coordinator.cursor.CursorWorker;
import dev.drover.coordinator.cursor.OpenCursor;
import dev.drover.coordinator.cursor.OpenCursor.Place;
import dev.drover.coordinator.cursor.OpenCursors;
import dev.drover.coordinator.cursor.SavepointMarks;
import dev.drover.coordinator.dispatch.PlanOperators;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.fragments.RowForm;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.Characters;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.route.ExactRows;
import dev.drover.planner.sql.CursorCommand;
import dev.drover.planner.sql.ShapeScanner;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * DECLARE, FETCH, MOVE and CLOSE, and what the ends of transactions do to cursors.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CursorStatements {
  private static final int[] NO_SLOTS = {};

  private final Session session;
  private final StatementRunner runner;
  private final OpenCursors cursors = new OpenCursors();
  private final SavepointMarks marks = new SavepointMarks();
  private final CursorWorker worker;
  private final ShapeScanner scanner = new ShapeScanner();

  CursorStatements(Session session, StatementRunner runner, Transaction transaction) {
    this.session = session;
    this.runner = runner;
    this.worker = new CursorWorker(transaction);
  }

  /** Which cursors and portals stand behind which savepoint. */
  SavepointMarks marks() {
    return marks;
  }

  /** There is a cursor of this name. */
  boolean has(String name) {
    return cursors.find(name).isPresent();
  }

  /** True when this transaction has made a cursor WITH HOLD. */
  boolean madeHeld() {
    return cursors.madeHeld();
  }

  void run(Call call, CursorCommand command) {
    switch (command) {
      case CursorCommand.Declare declare -> declare(call, declare);
      case CursorCommand.Fetch fetch -> fetch(call, fetch);
      case CursorCommand.Close(_, var name) when name.isPresent() -> close(call, name.get().text());
      case CursorCommand.Close _ -> {
        cursors.takeAll().forEach(this::close);
        session.established().extended().closePortals();
        releaseUnused();
        call.completed("CLOSE CURSOR ALL");
      }
    }
  }

  private void declare(Call call, CursorCommand.Declare declare) {
    boolean block = runner.transaction().scope() != Transaction.Scope.NONE;
    if (!declare.hold() && !block && call.request().alone()) {
      throw SqlError.of(
          SqlState.NO_ACTIVE_SQL_TRANSACTION,
          "DECLARE CURSOR can only be used in transaction blocks");
    }
    byte[] whole = call.text().utf8();
    int start = declare.query().span().start();
    int before = Characters.count(whole, start);
    StatementText query =
        StatementText.of(Arrays.copyOfRange(whole, start, declare.span().end()), scanner);
    List<Integer> types = call.cached().facts().parameterTypes();
    runner.plan(
        query,
        types.stream().mapToInt(Integer::intValue).toArray(),
        new StatementPlanner.Answer() {
          @Override
          public void planned(CachedPlan plan) {
            open(new Opening(call, declare, query, plan, before));
          }

          @Override
          public void refused(SqlError error) {
            refused(ErrorFields.of(error, Severity.ERROR));
          }

          @Override
          public void refused(ErrorFields error) {
            call.failed(error.moved(position -> position + before));
          }
        });
  }

  /** A DECLARE whose query is planned; {@code before} characters stand in front of the query. */
  private record Opening(
      Call call, CursorCommand.Declare declare, StatementText query, CachedPlan plan, int before) {
    Call.Request request(Optional<int[]> formats) {
      var bind = call.bind().map(b -> b.withTextResults());
      return new Call.Request(query, bind, 0, 0, false, formats);
    }

    private List<Integer> types() {
      return plan.facts().columns().stream().map(FieldDescription::typeOid).toList();
    }

    /** Of the rows that are kept. */
    RowForm form() {
      return RowForm.text(types());
    }

    CachedPlan exactPlan() {
      Plan exact = ExactRows.of(plan.plan(), types());
      return new CachedPlan(plan.view(), exact, plan.facts(), Map.of());
    }

    String name() {
      return declare.name().text();
    }

    ErrorFields inWhole(ErrorFields error) {
      return error.moved(position -> position + before);
    }
  }

  private void open(Opening opening) {
    String name = opening.name();
    if (has(name) || session.established().extended().hasPortal(name)) {
      opening
          .call()
          .failed(SqlError.of(SqlState.DUPLICATE_CURSOR, "cursor \"" + name + "\" already exists"));
      return;
    }
    String head = CursorTexts.declare(opening.declare()) + " CURSOR FOR ";
    Optional<Plan> ofNode =
        opening.declare().hold() || opening.plan().bearsOids()
            ? Optional.empty()
            : CursorTexts.ofOneNode(head, opening.plan().plan());
    if (ofNode.isPresent()) {
      openOnNode(opening, ofNode.get());
    } else {
      worker.acquire(backend -> keep(opening, backend), error -> opening.call().failed(error));
    }
  }

  private void openOnNode(Opening opening, Plan plan) {
    StatementFacts facts = new StatementFacts(opening.plan().facts().parameterTypes(), List.of());
    CachedPlan declares = new CachedPlan(opening.plan().view(), plan, facts, Map.of());
    Call.Listener listener =
        new Call.Listener() {
          @Override
          public void completed(Call done, String tag) {
            boolean locks = !opening.declare().query().locking().isEmpty();
            opened(opening, new Place.OnNode(done.node(), done.leaves(), locks));
          }

          @Override
          public void failed(Call done, ErrorFields error) {
            opening.call().failed(opening.inWhole(error));
          }

          @Override
          public void suspended(Call done) {
            throw new IllegalStateException("DECLARE returns no rows");
          }
        };
    Call call = opening.call();
    runner.run(call.inside(opening.request(Optional.empty()), declares, call.output(), listener));
  }

  private void opened(Opening opening, Place place) {
    cursors.add(
        new OpenCursor(
            opening.name(),
            place,
            opening.declare().hold(),
            opening.declare().binary(),
            opening.plan().facts().columns()),
        marks.stamp());
    opening.call().completed("DECLARE CURSOR");
  }

  private void keep(Opening opening, Backend backend) {
    CursorLoad.Source source =
        new CursorLoad.Source(
            opening.request(Optional.of(opening.form().formats())),
            opening.exactPlan(),
            opening.plan().facts().columns(),
            opening.form(),
            CursorTexts.declareKept(opening.declare()));
    new CursorLoad(
            opening.call(),
            source,
            backend,
            query -> {
              runner.run(query);
              return session.currentOperator();
            },
            () -> opened(opening, new Place.Kept(backend)))
        .start();
  }

  private OpenCursor required(String name) {
    if (session.established().extended().hasPortal(name)) {
      throw SqlError.notSupported("FETCH, MOVE and CLOSE of portals are not supported yet");
    }
    return cursors
        .find(name)
        .orElseThrow(
            () ->
                SqlError.of(
                    SqlState.INVALID_CURSOR_NAME, "cursor \"" + name + "\" does not exist"));
  }

  private void fetch(Call call, CursorCommand.Fetch fetch) {
    OpenCursor cursor = required(fetch.cursor().text());
    boolean binary = cursor.binary() && call.simple();
    if (binary && session.channel().encoding().isPresent()) {
      throw SqlError.notSupported("binary cursors with this client_encoding are not supported yet");
    }
    StatementFacts facts =
        fetch.move()
            ? new StatementFacts(List.of(), List.of())
            : new StatementFacts(List.of(), formatted(cursor.columns(), binary), true);
    String sql = CursorTexts.fetch(fetch);
    Plan plan = new Plan.Local(SqlText.fixed(sql), false, false);
    Call fetching = call.planned(new CachedPlan(call.view(), plan, facts, Map.of()));
    Operator operator =
        switch (cursor.place()) {
          case Place.OnNode(int node, _, _) -> PlanOperators.onNode(fetching, node, sql);
          case Place.Kept(Backend backend) -> new CursorFetch(fetching, backend, sql);
        };
    session.running(operator);
    operator.start();
  }

  /** UPDATE or DELETE WHERE CURRENT OF. */
  Operator change(Call call, Plan.AtCursor plan) {
    Place place = required(plan.cursor()).place();
    if (plan.copies()) {
      throw SqlError.notSupported("WHERE CURRENT OF on replicated tables is not supported yet");
    }
    return switch (place) {
      case Place.Kept _ ->
          throw SqlError.notSupported(
              "WHERE CURRENT OF cursors over several nodes or WITH HOLD is not supported yet");
      case Place.OnNode(int node, var leaves, boolean locks) -> {
        if (plan.leaves().isEmpty()) {
          yield PlanOperators.atCursor(call, node, plan, NO_SLOTS);
        }
        Integer slot = leaves.get(plan.leaves().get().leafName());
        if (slot == null) {
          throw doesNotRead(plan, locks);
        }
        yield PlanOperators.atCursor(call, node, plan, new int[] {slot});
      }
    };
  }

  private static SqlError doesNotRead(Plan.AtCursor plan, boolean locks) {
    String why =
        locks
            ? "cursor \"%s\" does not have a FOR UPDATE/SHARE reference to table \"%s\""
            : "cursor \"%s\" is not a simply updatable scan of table \"%s\"";
    return SqlError.of(SqlState.INVALID_CURSOR_STATE, why.formatted(plan.cursor(), plan.table()));
  }

  private static List<FieldDescription> formatted(List<FieldDescription> columns, boolean binary) {
    return binary
        ? columns.stream().map(c -> c.withFormat(Protocol.BINARY_FORMAT)).toList()
        : columns;
  }

  /** What FETCH from this cursor returns, if it is open. */
  Optional<StatementFacts> facts(CursorCommand.Fetch fetch) {
    return fetch.move()
        ? Optional.empty()
        : cursors
            .find(fetch.cursor().text())
            .map(cursor -> new StatementFacts(List.of(), cursor.columns(), true));
  }

  private void close(Call call, String name) {
    OpenCursor cursor = required(name);
    cursors.remove(cursor);
    close(cursor);
    releaseUnused();
    call.completed("CLOSE CURSOR");
  }

  /** Whoever has it hears of it before the next statement. */
  private void close(OpenCursor cursor) {
    Optional<Backend> owner =
        switch (cursor.place()) {
          case Place.OnNode(int node, _, _) ->
              runner.transaction().find(node, false).map(Participant::backend);
          case Place.Kept(Backend backend) -> Optional.of(backend);
        };
    owner
        .filter(backend -> backend.link().isOpen())
        .ifPresent(
            backend -> {
              backend.query("CLOSE " + cursor.quotedName(), new QuietReply());
              backend.link().flush();
            });
  }

  private void releaseUnused() {
    if (!cursors.keptSome()) {
      worker.release();
    }
  }

  /** The nodes' own cursors end with the transaction by themselves. */
  void transactionEnded(boolean committed) {
    marks.clear();
    closeKept(cursors.transactionEnded(committed));
  }

  void rolledBackTo(String savepoint) {
    long stamp = marks.rolledBackTo(savepoint);
    session.established().extended().closePortalsSince(stamp);
    closeKept(cursors.takeSince(stamp));
  }

  private void closeKept(List<OpenCursor> gone) {
    gone.stream().filter(c -> c.place() instanceof Place.Kept).forEach(this::close);
    releaseUnused();
  }

  /** DISCARD ALL. */
  void closeAll() {
    cursors.takeAll().forEach(this::close);
    releaseUnused();
  }

  /** The session ends. */
  void abandon() {
    worker.abandon();
  }
}
