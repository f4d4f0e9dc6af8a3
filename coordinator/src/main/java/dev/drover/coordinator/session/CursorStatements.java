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
import dev.drover.coordinator.cursor.RowPlaces;
import dev.drover.coordinator.cursor.SavepointMarks;
import dev.drover.coordinator.dispatch.PlanOperators;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.fragments.RowForm;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
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
  private final Session session;
  private final StatementRunner runner;
  private final OpenCursors cursors = new OpenCursors();
  private final SavepointMarks marks = new SavepointMarks();
  private final CursorWorker worker;
  private final CursorChanges changes;
  private final ShapeScanner scanner = new ShapeScanner();

  CursorStatements(Session session, StatementRunner runner, Transaction transaction) {
    this.session = session;
    this.runner = runner;
    this.worker = new CursorWorker(transaction);
    this.changes = new CursorChanges(session);
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
        cursors.all().forEach(this::letRowsGo);
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
        StatementText.ofCursor(Arrays.copyOfRange(whole, start, declare.span().end()), scanner);
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

    /** All that the plan yields. */
    private List<FieldDescription> columns() {
      List<FieldDescription> own = plan.facts().columns();
      return marked().isPresent() ? RowPlaces.behind(own) : own;
    }

    private List<Integer> types() {
      return columns().stream().map(FieldDescription::typeOid).toList();
    }

    /** Of the rows that are kept. */
    RowForm form() {
      return RowForm.text(types());
    }

    CachedPlan kept() {
      StatementFacts facts = new StatementFacts(plan.facts().parameterTypes(), columns());
      Plan exact = ExactRows.of(plan.plan(), types());
      return new CachedPlan(plan.view(), exact, facts, Map.of());
    }

    Optional<Plan.AllNodes> marked() {
      return plan.plan() instanceof Plan.AllNodes all && all.marked().isPresent()
          ? Optional.of(all)
          : Optional.empty();
    }

    boolean locks() {
      return !declare.query().locking().isEmpty();
    }

    /** The query by itself, with nobody to tell. */
    Call asked() {
      return call.inside(request(Optional.empty()), plan, call.output(), call.listener());
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
            opened(opening, new Place.OnNode(done.node(), done.leaves(), opening.locks()));
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

  /** Outside of a block, the cursor's transaction is over before anybody can ask for a row. */
  private void keep(Opening opening, Backend backend) {
    boolean block = runner.transaction().scope() != Transaction.Scope.NONE;
    Optional<RowPlaces> places =
        opening
            .marked()
            .filter(_ -> block)
            .map(
                all ->
                    RowPlaces.of(
                        marks.stamp(),
                        all.marked().orElseThrow(),
                        PlanOperators.nodes(opening.asked(), all)));
    boolean rows = CursorTexts.isOfRows(opening.declare().query());
    Place kept = new Place.Kept(backend, places, opening.locks(), rows);
    Runnable load = () -> load(opening, backend, places, kept);
    places.ifPresentOrElse(
        p -> p.hold(runner.transaction(), load, error -> opening.call().failed(error)), load);
  }

  private void load(Opening opening, Backend backend, Optional<RowPlaces> places, Place kept) {
    CursorLoad.Source source =
        new CursorLoad.Source(
            opening.request(Optional.of(opening.form().formats())),
            opening.kept(),
            opening.plan().facts().columns(),
            opening.form(),
            CursorTexts.declareKept(opening.declare()),
            places);
    new CursorLoad(
            opening.call(),
            source,
            backend,
            query -> {
              runner.run(query);
              return session.currentOperator();
            },
            () -> opened(opening, kept))
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
          case Place.Kept kept -> new CursorFetch(fetching, kept, sql);
        };
    session.running(operator);
    operator.start();
  }

  /** Makes the operator of UPDATE or DELETE WHERE CURRENT OF. */
  Operator change(Call call, Plan.AtCursor plan) {
    OpenCursor cursor = required(plan.cursor());
    return changes.of(call, plan, cursor, cursors.isHeld(cursor.name()));
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
    letRowsGo(cursor);
    cursors.remove(cursor);
    close(cursor);
    releaseUnused();
    call.completed("CLOSE CURSOR");
  }

  /** Versions of rows that the transaction's nodes hold back for the cursor's sake. */
  private void letRowsGo(OpenCursor cursor) {
    if (cursor.place() instanceof Place.Kept kept && !cursors.isHeld(cursor.name())) {
      kept.places().ifPresent(p -> p.release(runner.transaction()));
    }
  }

  /** Whoever has it hears of it before the next statement. */
  private void close(OpenCursor cursor) {
    String sql = "CLOSE " + cursor.quotedName();
    switch (cursor.place()) {
      case Place.OnNode(int node, _, _) ->
          runner.transaction().find(node, false).ifPresent(p -> tell(p.backend(), sql));
      case Place.Kept(Backend backend, var places, _, _) -> {
        tell(backend, sql);
        places.ifPresent(p -> tell(backend, p.close()));
      }
    }
  }

  private static void tell(Backend backend, String sql) {
    if (backend.link().isOpen()) {
      backend.query(sql, new QuietReply());
      backend.link().flush();
    }
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
