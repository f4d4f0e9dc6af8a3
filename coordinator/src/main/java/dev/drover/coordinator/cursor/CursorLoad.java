package dev.drover.coordinator.cursor;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.fragments.RelationCopy;
import dev.drover.coordinator.fragments.RowForm;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Runs a cursor's query to its end and keeps its rows as a cursor of the worker's connection.
 *
 * <pre>
 * BEGIN; temporary table; COPY into it; DECLARE ... WITH HOLD over it; COMMIT, which drops it
 * </pre>
 *
 * <p>At that COMMIT PostgreSQL puts the rows aside, beyond its work_mem on disk; the connection is
 * idle then and holds no snapshot.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CursorLoad implements RelationCopy.Source {
  private static final String TABLE = "drover_cursor";

  /** Begins a call; gives the operator that runs it. */
  public interface Start {
    Optional<Operator> run(Call call);
  }

  /**
   * What to load.
   *
   * @param request of the query by itself
   * @param columns of the cursor; with {@code places}, three more follow
   * @param form that the request asks for
   * @param declare everything of DECLARE up to its FOR
   */
  public record Source(
      Call.Request request,
      CachedPlan plan,
      List<FieldDescription> columns,
      RowForm form,
      String declare,
      Optional<RowPlaces> places) {}

  private final Call call;
  private final Source source;
  private final Backend worker;
  private final Start start;
  private final Runnable loaded;
  private final RelationCopy copy;
  private Optional<ErrorFields> error = Optional.empty();

  /** {@code call} is DECLARE's; it fails, or {@code loaded} is told. */
  public CursorLoad(Call call, Source source, Backend worker, Start start, Runnable loaded) {
    this.call = requireNonNull(call);
    this.source = requireNonNull(source);
    this.worker = requireNonNull(worker);
    this.start = requireNonNull(start);
    this.loaded = requireNonNull(loaded);
    this.copy = new RelationCopy(worker, this, this::copied);
  }

  public void start() {
    worker.applySettings(call.settings());
    worker.query("BEGIN READ WRITE", new QuietReply());
    worker.query(createTable(), new QuietReply(this::created));
    copy.start("pg_temp." + TABLE);
  }

  /** Types as the catalog node itself writes them. */
  private String createTable() {
    StringBuilder columns = new StringBuilder();
    List<FieldDescription> all = source.plan().facts().columns();
    for (int i = 0; i < all.size(); i++) {
      FieldDescription column = all.get(i);
      columns.append(i == 0 ? "c" : " || ', c").append(i + 1).append(" ' || ");
      columns.append("pg_catalog.format_type(").append(Integer.toUnsignedLong(column.typeOid()));
      columns.append(", ").append(column.typmod()).append(")");
    }
    String list = columns.isEmpty() ? "'" : columns + " || '";
    return "DO $drover$BEGIN EXECUTE 'CREATE TEMPORARY TABLE "
        + TABLE
        + " ("
        + list
        + ") ON COMMIT DROP'; END$drover$";
  }

  private void created(QuietReply reply) {
    boolean hasNoTable =
        reply
            .error()
            .map(e -> e.sqlState().equals(SqlState.INVALID_TABLE_DEFINITION.code()))
            .orElse(false);
    if (hasNoTable) {
      SqlError refusal =
          SqlError.notSupported("cursors over several nodes with columns of pseudo-types");
      copy.fail(ErrorFields.of(refusal, Severity.ERROR));
    } else {
      reply.error().ifPresent(copy::fail);
    }
  }

  @Override
  public RowForm form() {
    return source.form();
  }

  @Override
  public Optional<Operator> begin(RelationCopy target) {
    return start.run(call.inside(source.request(), source.plan(), target, target));
  }

  @Override
  public void notice(ErrorFields fields) {
    call.output().notice(fields);
  }

  private void copied(Optional<ErrorFields> failure) {
    error = failure;
    if (!worker.link().isOpen()) {
      ended();
      return;
    }
    if (error.isPresent()) {
      worker.query("ROLLBACK", new QuietReply(_ -> ended()));
    } else {
      int own = source.columns().size();
      String query = " CURSOR WITH HOLD FOR " + select(1, own);
      worker.query(source.declare() + query, new QuietReply(this::kept));
      String places = select(own + 1, source.plan().facts().columns().size());
      source.places().ifPresent(p -> worker.query(p.declare(places), new QuietReply(this::kept)));
      worker.query(
          "COMMIT",
          new QuietReply(
              reply -> {
                kept(reply);
                ended();
              }));
    }
    worker.link().flush();
  }

  private static String select(int first, int last) {
    String columns =
        IntStream.rangeClosed(first, last).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
    return "SELECT " + columns + " FROM pg_temp." + TABLE;
  }

  private void kept(QuietReply reply) {
    error = error.or(reply::failure);
  }

  private void ended() {
    if (error.isPresent()) {
      call.failed(error.get());
    } else {
      loaded.run();
    }
  }
}
