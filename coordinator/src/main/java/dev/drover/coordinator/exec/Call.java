package dev.drover.coordinator.exec;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionDefaults;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One execution of a statement: its text, plan, parameters and transaction, where its results go,
 * and whom to tell about its end.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class Call {
  /** Told once how the execution ended. */
  public interface Listener {
    /** {@code tag} is the command tag, or empty for an empty query. */
    void completed(Call call, String tag);

    void failed(Call call, ErrorFields error);

    /** The server had done it, and could not commit it. */
    default void failedAtCommit(Call call, String tag, ErrorFields error) {
      failed(call, error);
    }

    /** An operator that {@link Operator#rests} has come to rest at the row limit. */
    void suspended(Call call);
  }

  /**
   * How the client asked.
   *
   * @param bind empty in the simple protocol
   * @param statementKey of the plan's text, prepared on servers; 0 for one that is not kept there
   * @param maxRows 0 for all
   * @param alone nothing else stands between it and the end of the client's unit
   * @param formats of the results of a step of a larger statement; else empty
   */
  public record Request(
      StatementText text,
      Optional<Bind> bind,
      long statementKey,
      int maxRows,
      boolean alone,
      Optional<int[]> formats) {
    public Request {
      requireNonNull(text);
      requireNonNull(bind);
      requireNonNull(formats);
    }

    public boolean internal() {
      return formats.isPresent();
    }

    Request unkept() {
      return new Request(text, bind, 0, maxRows, alone, formats);
    }
  }

  private static final int[] TEXT_FORMAT = {0};
  private static final AtomicLong NEXT_PORTAL = new AtomicLong();

  private final Request request;
  private final CachedPlan cached;
  private final Transaction transaction;
  private final ResultOutput output;
  private final CallContext context;
  private String serverPortal = "";
  private Optional<SingleNodeOperator.Task> ran = Optional.empty();
  private boolean ended;
  private boolean planHeld;

  public Call(
      Request request,
      CachedPlan cached,
      Transaction transaction,
      ResultOutput output,
      CallContext context) {
    this.request = requireNonNull(request);
    this.cached = requireNonNull(cached);
    this.transaction = requireNonNull(transaction);
    this.output = requireNonNull(output);
    this.context = requireNonNull(context);
  }

  /** The session's part in opening a transaction. */
  public interface Scopes {
    void open(Transaction.Scope scope);

    /** The transaction's one timestamp, as the text of a timestamptz. */
    String now();

    /** The running statement fails, and would not if it were planned and run again. */
    void runAgain();

    /** The running operator takes the client's messages now, or again. */
    void takeMessages();

    /** The client has sent what nobody can make sense of: it is told so, and its session ends. */
    void synchronizationLost(ErrorFields error);

    SettingsState settings();

    TransactionDefaults transactionDefaults();

    /** Settings of the session as a server reports them after a statement that may change them. */
    void settingsRead(Map<String, String> values, Map<String, String> local);
  }

  /** What all calls of a session share. */
  public record CallContext(Listener listener, Scopes scopes, ExecServices services) {}

  public Request request() {
    return request;
  }

  public StatementText text() {
    return request.text();
  }

  public Optional<Bind> bind() {
    return request.bind();
  }

  public boolean simple() {
    return request.bind().isEmpty();
  }

  /** The name of the portal on servers: one that can be suspended has a name of its own. */
  public String serverPortal() {
    if (request.maxRows() > 0 && serverPortal.isEmpty()) {
      serverPortal = "drover_" + NEXT_PORTAL.incrementAndGet();
    }
    return serverPortal;
  }

  /** Of a plan for one node: where it has run. */
  public int node() {
    return ran.orElseThrow().node();
  }

  /** Of a plan for one node: the slots of the leaves that were named, by their names. */
  public Map<String, Integer> leaves() {
    SingleNodeOperator.Task task = ran.orElseThrow();
    Map<String, Integer> leaves = new HashMap<>();
    for (int i = 0; i < task.pins().size(); i++) {
      leaves.put(task.pins().get(i).leafName(), task.slots()[i]);
    }
    return leaves;
  }

  void ranOn(SingleNodeOperator.Task task) {
    ran = Optional.of(task);
  }

  /** Empty for what the client's Bind asks for. */
  public Optional<int[]> resultFormats() {
    return request.formats();
  }

  public CachedPlan cached() {
    return cached;
  }

  public CatalogView view() {
    return cached.view();
  }

  public Transaction transaction() {
    return transaction;
  }

  public ResultOutput output() {
    return output;
  }

  public ExecServices services() {
    return context.services();
  }

  /** A step of this statement, whose results and end go elsewhere than to the client. */
  public Call step(
      CachedPlan stepPlan, int[] formats, ResultOutput stepOutput, Listener stepListener) {
    Request step = new Request(text(), bind(), 0, 0, false, Optional.of(formats));
    return inside(step, stepPlan, stepOutput, stepListener);
  }

  /** A step whose results nobody wants; its text and values are its own. */
  public Call quiet(CachedPlan stepPlan) {
    Request step = new Request(text(), Optional.empty(), 0, 0, false, Optional.of(TEXT_FORMAT));
    return new Call(step, stepPlan, transaction, output, context);
  }

  /** Another statement that is run for this one. */
  public Call inside(
      Request other, CachedPlan otherPlan, ResultOutput otherOutput, Listener otherListener) {
    return new Call(
        other,
        otherPlan,
        transaction,
        otherOutput,
        new CallContext(otherListener, context.scopes(), context.services()));
  }

  /** The same execution by another plan. */
  public Call planned(CachedPlan otherPlan) {
    return new Call(request.unkept(), otherPlan, transaction, output, context);
  }

  /** Another text in the place of the client's, with the client's parameters, output and end. */
  public Call instead(StatementText otherText, CachedPlan otherPlan) {
    Request other = new Request(otherText, bind(), 0, 0, false, Optional.empty());
    return new Call(other, otherPlan, transaction, output, context);
  }

  /** The same execution with somebody else told first about its end. */
  public Call listenedBy(Listener first) {
    return new Call(
        request,
        cached,
        transaction,
        output,
        new CallContext(first, context.scopes(), context.services()));
  }

  /** Whoever is told its end. */
  public Listener listener() {
    return context.listener();
  }

  public Scopes scopes() {
    return context.scopes();
  }

  /** The settings that a connection outside of the transaction needs. */
  public SettingsState settings() {
    return context.scopes().settings();
  }

  /**
   * Makes sure that a transaction scope is open: bare when the statement stands alone and one
   * server can end it by itself.
   */
  public void openScope(boolean bareSuffices) {
    if (transaction.scope() == Transaction.Scope.NONE) {
      boolean bare = bareSuffices && request.alone() && !output.encoded();
      context.scopes().open(bare ? Transaction.Scope.BARE : Transaction.Scope.IMPLICIT);
    }
  }

  /** For a statement that reads: bare over several nodes, it could not keep a view. */
  public void openScope(boolean bareSuffices, int nodes) {
    TransactionDefaults defaults = context.scopes().transactionDefaults();
    boolean isBounded = nodes > 1 && defaults.isBounded() && request.alone();
    boolean opens = transaction.scope() == Transaction.Scope.NONE;
    openScope(bareSuffices && !isBounded && (nodes == 1 || !defaults.keepsView()));
    if (opens && isBounded) {
      transaction.view().keepOneMoment();
    }
  }

  /** A bare statement's connections go back as soon as it has ended. */
  public void closeBareScope() {
    if (transaction.scope() == Transaction.Scope.BARE) {
      transaction.end();
    }
  }

  /** The transaction's one timestamp, as the text of a timestamptz. */
  public String now() {
    return context.scopes().now();
  }

  public void completed(String tag) {
    Optional<SqlError> unsent = output.failure();
    if (unsent.isPresent()) {
      failed(unsent.get());
      return;
    }
    CatalogCache catalog = context.services().ddl().catalog();
    if (planHeld || !TableChanges.concern(cached) || TableChanges.none(cached, catalog)) {
      done(tag);
      return;
    }
    catalog.whenCurrent(
        transaction.services().loop(), view -> checked(tag, view), error -> failed(error));
  }

  private void checked(String tag, CatalogView now) {
    if (TableChanges.hit(cached, now.snapshot(), text())) {
      transaction.fail();
      failed(ErrorFields.of(changedMeanwhile(), Severity.ERROR));
    } else {
      done(tag);
    }
  }

  /**
   * The tables are not where they were when the statement was planned. It is planned and run once
   * more if nothing of it can be seen yet.
   */
  SqlError changedMeanwhile() {
    context.scopes().runAgain();
    return TableChanges.whileWaiting();
  }

  /**
   * Before a query that nodes have bound gives its first row: goes on if they have bound it under
   * the plan's catalog.
   */
  public void whenPlanHolds(Runnable then, Consumer<SqlError> otherwise) {
    CatalogCache catalog = context.services().ddl().catalog();
    if (!cached.view().shared() || TableChanges.none(cached, catalog)) {
      then.run();
      return;
    }
    catalog.whenCurrent(
        transaction.services().loop(),
        now -> {
          if (TableChanges.hit(cached, now.snapshot(), text())) {
            otherwise.accept(changedMeanwhile());
          } else {
            then.run();
          }
        },
        otherwise);
  }

  /** All that the statement reads was bound under the plan's catalog. */
  public void planHeld() {
    planHeld = true;
  }

  private void done(String tag) {
    end();
    context.listener().completed(this, tag);
  }

  public void suspended() {
    context.listener().suspended(this);
  }

  public void failed(ErrorFields error) {
    CatalogCache catalog = context.services().ddl().catalog();
    if (StatementError.routeChanged(this, error)) {
      ended(ErrorFields.of(changedMeanwhile(), Severity.ERROR));
    } else if (TableChanges.mayHaveMoved(error) && !catalog.isCurrent(cached.view())) {
      transaction.fail();
      catalog.whenCurrent(
          transaction.services().loop(), now -> ended(moved(error, now)), _ -> ended(error));
    } else {
      ended(error);
    }
  }

  private ErrorFields moved(ErrorFields error, CatalogView now) {
    return TableChanges.spreadOtherwise(cached.view().snapshot(), now.snapshot(), text())
        ? ErrorFields.of(changedMeanwhile(), Severity.ERROR)
        : error;
  }

  private void ended(ErrorFields error) {
    end();
    transaction.fail();
    context.listener().failed(this, error);
  }

  public void failedAtCommit(String tag, ErrorFields error) {
    end();
    context.listener().failedAtCommit(this, tag, error);
  }

  public void failed(SqlError error) {
    failed(ErrorFields.of(error, Severity.ERROR));
  }

  private void end() {
    if (ended) {
      throw new IllegalStateException("a statement ended twice");
    }
    ended = true;
    transaction.answered();
  }
}
