package dev.drover.redistribute.rewrite;

import static java.util.stream.Collectors.toMap;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.redistribute.apply.CatchUp;
import dev.drover.redistribute.apply.Progress;
import dev.drover.redistribute.apply.ShadowTable;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.decode.ChangeSource;
import dev.drover.redistribute.decode.ChangeStream;
import dev.drover.redistribute.decode.ExactTexts;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.move.Link;
import dev.drover.redistribute.move.ReplicationSlot;
import dev.drover.redistribute.move.Throttle;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/**
 * How rows come from the old table to the new one: those of the exported snapshots first, then what
 * has been committed since.
 *
 * <p>Threads: confined to the job's thread; blocks. After an exception it is closed, and begins
 * from what the nodes have written down.
 */
final class Flow implements AutoCloseable {
  private static final int MAX_ROUNDS = 2000;
  private static final Duration ROUND = Duration.ofSeconds(5);

  /** Whoever writes waits for so long at most. */
  private static final Duration LAST_ROUND = Duration.ofSeconds(3);

  /** A round that took less is short; more so after every round that was not. */
  private static final long SHORT_NANOS = 20_000_000;

  private static final long REPORT_NANOS = 500_000_000;

  private final Servers servers;
  private final JobControl control;
  private final Rewrite rewrite;
  private final Map<Integer, ReplicationSlot.Exported> snapshots = new TreeMap<>();
  private final Map<Integer, Link> markers = new TreeMap<>();
  private final Deque<Connection> opened = new ArrayDeque<>();
  private Optional<CatchUp> catchUp = Optional.empty();
  private long byteCount;
  private long rowCount;
  private long reported = System.nanoTime();

  Flow(Servers servers, JobControl control, Rewrite rewrite) {
    this.servers = servers;
    this.control = control;
    this.rewrite = rewrite;
  }

  /** Keeps the source's snapshot until it is copied. */
  void begin(int node, ReplicationSlot.Exported exported) {
    opened.push(exported.connection());
    snapshots.put(node, exported);
  }

  /** Rows of all snapshots, each to where the new table has it. */
  void copy(RewrittenTable table) throws SQLException {
    byteCount = 0;
    rowCount = 0;
    Throttle throttle = new Throttle(control::bytesPerSecond, control::proceed);
    SnapshotCopy copy = new SnapshotCopy(rewrite.columns(), table, routing(table)::nodes);
    for (int node : rewrite.nodes()) {
      copy.into(node, opened(node));
    }
    for (RewrittenTable.Source source : table.sources()) {
      Link from = opened(source.node());
      from.transaction(
          () -> {
            ExactTexts.set(from.connection());
            from.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            String snapshot = snapshots.get(source.node()).snapshot();
            from.run("SET TRANSACTION SNAPSHOT " + SqlQuote.literal(snapshot));
            for (String relation : source.relations()) {
              rowCount += copy.run(from, relation, bytes -> sent(throttle, bytes));
            }
          });
    }
    RewriteStore.done(control.catalog(), rewrite.job(), byteCount, rowCount);
    close();
  }

  private void sent(Throttle throttle, int bytes) throws SQLException {
    byteCount += bytes;
    throttle.passed(bytes);
    if (System.nanoTime() - reported > REPORT_NANOS) {
      reported = System.nanoTime();
      RewriteStore.done(control.catalog(), rewrite.job(), byteCount, rowCount);
      control.proceed();
    }
  }

  /** Until a round finds little left. */
  void untilShort(RewrittenTable table) throws SQLException {
    CatchUp changes = open(table);
    for (int i = 1; i < MAX_ROUNDS; i++) {
      control.proceed();
      long begun = System.nanoTime();
      if (changes.upTo(mark(), ROUND) && System.nanoTime() - begun < SHORT_NANOS * i) {
        return;
      }
    }
    throw new JobFailed("the new table does not keep up with the changes of the old one");
  }

  /** What there is now. */
  void advance(RewrittenTable table) throws SQLException {
    boolean _ = open(table).upTo(mark(), ROUND);
  }

  /** Everything that was committed before, while nobody writes. */
  void drain(RewrittenTable table) throws SQLException {
    CatchUp changes = open(table);
    changes.completelyUpTo(mark(), LAST_ROUND);
  }

  /** Written to each source behind all that is committed there. */
  private Map<Integer, String> mark() throws SQLException {
    String marker = UUID.randomUUID().toString();
    for (Link source : markers.values()) {
      ChangeStream.mark(source.connection(), rewrite.objectName(), marker);
    }
    return markers.keySet().stream().collect(toMap(Function.identity(), _ -> marker));
  }

  private CatchUp open(RewrittenTable table) throws SQLException {
    if (catchUp.isEmpty()) {
      catchUp = Optional.of(opened(table));
    }
    return catchUp.get();
  }

  private CatchUp opened(RewrittenTable table) throws SQLException {
    Map<Integer, ChangeSource> sources = new HashMap<>();
    for (RewrittenTable.Source source : table.sources()) {
      Link link = opened(source.node());
      ReplicationSlot slot = new SourceNode(rewrite, link).slot();
      if (!slot.isWhole()) {
        throw new RewriteCutover.Outdated();
      }
      slot.release();
      link.run("SET synchronous_commit = on");
      markers.put(source.node(), link);
      Connection replication = servers.replication(source.node(), rewrite.application());
      opened.push(replication);
      ChangeStream stream =
          ChangeStream.open(replication, rewrite.objectName(), _ -> rewrite.columns());
      sources.put(source.node(), stream);
    }
    Map<Integer, ShadowTable> targets = new HashMap<>();
    for (int node : rewrite.nodes()) {
      Link link = opened(node);
      ShadowTable.Shape shape =
          new ShadowTable.Shape(
              Progress.ofJob(rewrite.job().toString()),
              table.filled(),
              table.owner(),
              rewrite.columns(),
              table.filling());
      targets.put(node, ShadowTable.of(link.connection(), shape, sources.keySet()));
    }
    Routing routing = routing(table);
    return CatchUp.of(sources, targets, (_, row) -> routing.nodes(row));
  }

  private Routing routing(RewrittenTable table) throws SQLException {
    return new Routing(rewrite, table, opened(rewrite.nodes().getFirst()));
  }

  private Link opened(int node) throws SQLException {
    Link link = new Link(servers.connect(node, rewrite.application()));
    opened.push(link.connection());
    return link;
  }

  /** At once, whatever the servers are at: they notice, and take back what was not committed. */
  @Override
  public void close() throws SQLException {
    catchUp = Optional.empty();
    snapshots.clear();
    markers.clear();
    while (!opened.isEmpty()) {
      opened.pop().abort(Runnable::run);
    }
  }
}
