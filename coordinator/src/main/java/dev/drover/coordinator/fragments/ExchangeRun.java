package dev.drover.coordinator.fragments;

import dev.drover.coordinator.copy.DataRowToCopy;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Exchange.Route.ByKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One exchange: the rows of a producer, on all its nodes at once, become a relation wherever a
 * fragment reads them.
 *
 * <pre>
 *   state      | event                          | next      | effect
 *   -----------+--------------------------------+-----------+---------------------------------
 *   -          | start, may come with texts     | HOLDING   | the sources start
 *   -          | start, else                    | PREPARING | COPY FROM STDIN at every reader
 *   HOLDING    | rows, still few                | HOLDING   |
 *   HOLDING    | rows, too many                 | PREPARING | CREATE, COPY FROM STDIN
 *   HOLDING    | the sources have ended         | FILLED    | readers get the rows with a text
 *   HOLDING    | the same, but values by which  | PREPARING | CREATE, COPY FROM STDIN
 *              |   they are joined recur        |           |
 *   PREPARING  | rows                           | PREPARING | held; the sources pause
 *   PREPARING  | all readers take rows          | STREAMING | what is held; the sources go on
 *   STREAMING  | rows                           | STREAMING | passed on
 *   STREAMING  | the sources have ended         | LOADED    | CopyDone
 *   LOADED     | all readers have them          | FILLED    | an index if the plan names one, and
 *              |                                |           | ANALYZE, so that what joins the rows
 *              |                                |           | or reads many is planned for them
 * </pre>
 *
 * <p>The sources wait while one of the readers does not keep up.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ExchangeRun {
  /** A relation with more rows is worth the index that its plan names, and statistics. */
  private static final long INDEXED_ROWS = 100;

  /** A relation with more rows is worth statistics even if nothing is joined with it. */
  private static final long MANY_ROWS = 1000;

  private enum State {
    HOLDING,
    PREPARING,
    STREAMING,
    LOADED
  }

  /** Told how it ends, once. */
  interface Listener {
    /** The relation is complete wherever it is read. */
    void filled();

    void failed(SqlError why);
  }

  /**
   * Where the relation is read.
   *
   * @param joined together with other rows, so that the plan depends on how many there are, be they
   *     ever so few: PostgreSQL takes an unknown table for one of ten pages
   * @param withText few rows come with their texts, and nobody has made the relation
   */
  record Readers(List<Worker> workers, boolean joined, boolean withText) {
    Readers {
      workers = List.copyOf(workers);
    }
  }

  /** A worker that reads the relation, its stream, and rows that it will get. */
  private record Target(Worker worker, DataRowToCopy toCopy, ByteBuf own) {
    /** Whole DataRow frames. */
    void take(ByteBuf rows) {
      worker.rows(out -> toCopy.convert(rows, out));
    }

    void takeOwn() {
      if (own.isReadable()) {
        take(own);
        worker.flush();
      }
      own.clear();
    }

    boolean recurs(Exchange exchange) {
      return SmallRelation.recurs(exchange, own, frames(own));
    }

    void takeWithText(Exchange exchange) {
      worker.take(SmallRelation.of(exchange, own, frames(own)));
    }
  }

  private final Exchange exchange;
  private final List<RowSource> sources;
  private final Readers readers;
  private final List<Target> targets = new ArrayList<>();
  private final GatherLimit limit;
  private final Listener listener;
  private final Optional<KeyRoute> keys;
  private final List<SourceCount> counts = new ArrayList<>();
  private State state = State.PREPARING;
  private boolean stopped;
  private int notReady;
  private int running;
  private int unloaded;
  private long rows;

  ExchangeRun(
      Exchange exchange,
      List<RowSource> sources,
      Readers readers,
      GatherLimit limit,
      Listener listener) {
    this.exchange = exchange;
    this.readers = readers;
    this.sources = List.copyOf(sources);
    this.limit = limit;
    this.listener = listener;
    RowForm form = RowForm.of(exchange);
    this.keys =
        exchange.route() instanceof ByKey byKey
            ? Optional.of(new KeyRoute(byKey, form))
            : Optional.empty();
    for (Worker worker : readers.workers()) {
      targets.add(new Target(worker, form.toCopy(), Unpooled.buffer()));
    }
  }

  void start() {
    sources.forEach(source -> counts.add(new SourceCount(source)));
    running = sources.size();
    if (readers.withText()) {
      state = State.HOLDING;
      startSources();
    } else {
      prepare(TemporaryRelation.copy(exchange));
    }
  }

  private void startSources() {
    counts.forEach(count -> count.source.start(count));
    if (counts.isEmpty()) {
      sourcesEnded();
    }
  }

  private void prepare(String statements) {
    state = State.PREPARING;
    notReady = targets.size();
    unloaded = targets.size();
    for (Target target : targets) {
      target.worker().copyIn(statements, this::ready, this::loaded);
    }
  }

  private void ready() {
    notReady--;
    if (notReady > 0 || stopped) {
      return;
    }
    state = State.STREAMING;
    if (!readers.withText()) {
      startSources();
      return;
    }
    targets.forEach(Target::takeOwn);
    if (running == 0) {
      sourcesEnded();
    } else {
      writable();
    }
  }

  /** What still comes is dropped. */
  void stop() {
    stopped = true;
  }

  /** A reader takes rows again. */
  void writable() {
    if (state == State.STREAMING && targets.stream().allMatch(t -> t.worker().writable())) {
      sources.forEach(RowSource::resume);
    }
  }

  /** What each node has sent so far. */
  List<ExchangeCount> counts() {
    return counts.stream().map(SourceCount::count).toList();
  }

  private void pass(ByteBuf run) {
    if (keys.isPresent()) {
      spread(run, keys.get());
    } else if (state == State.STREAMING) {
      for (Target target : targets) {
        target.take(run.duplicate());
        target.worker().flush();
      }
    } else {
      targets.forEach(t -> t.own().writeBytes(run.duplicate()));
    }
    if (state != State.STREAMING) {
      hold();
    } else if (targets.stream().anyMatch(t -> !t.worker().writable())) {
      sources.forEach(RowSource::pause);
    }
  }

  /** Rows that are few are kept here until all have come. */
  private void hold() {
    long held = counts.stream().mapToLong(c -> c.bytes).sum();
    if (state == State.HOLDING
        && (rows > SmallRelation.MOST_ROWS || held > SmallRelation.MOST_BYTES)) {
      prepare(TemporaryRelation.createAndCopy(exchange));
    }
    if (state == State.PREPARING) {
      sources.forEach(RowSource::pause);
    }
  }

  /** Where a fragment reads on some nodes only, it has no use for the rows of others. */
  private void spread(ByteBuf run, KeyRoute route) {
    ByteBuf rest = run.duplicate();
    while (rest.isReadable()) {
      int at = rest.readerIndex();
      int length = 1 + rest.getInt(at + 1);
      int node = route.nodeOf(rest, at);
      for (Target target : targets) {
        if (target.worker().node() == node) {
          target.own().writeBytes(rest, at, length);
        }
      }
      rest.skipBytes(length);
    }
    if (state == State.STREAMING) {
      targets.forEach(Target::takeOwn);
    }
  }

  private void sourceEnded() {
    running--;
    if (running == 0 && !stopped) {
      sourcesEnded();
    }
  }

  private void sourcesEnded() {
    if (state == State.HOLDING && targets.stream().anyMatch(t -> t.recurs(exchange))) {
      prepare(TemporaryRelation.createAndCopy(exchange));
      return;
    }
    if (state == State.HOLDING) {
      targets.forEach(t -> t.takeWithText(exchange));
      listener.filled();
      return;
    }
    if (state != State.STREAMING) {
      return;
    }
    state = State.LOADED;
    for (Target target : targets) {
      target.worker().rows(target.toCopy()::end);
      target.worker().copyDone();
    }
  }

  private void loaded() {
    unloaded--;
    if (unloaded > 0 || stopped) {
      return;
    }
    boolean indexed = rows > INDEXED_ROWS && !exchange.indexed().isEmpty();
    boolean small = rows <= MANY_ROWS && exchange.constraints().isEmpty();
    if (!indexed && !readers.joined() && small) {
      listener.filled();
      return;
    }
    unloaded = targets.size();
    targets.forEach(
        t ->
            t.worker()
                .quietly(
                    TemporaryRelation.completeAll(exchange, indexed, t.worker().settings()),
                    this::completed));
  }

  private void completed() {
    unloaded--;
    if (unloaded == 0 && !stopped) {
      listener.filled();
    }
  }

  private static int frames(ByteBuf run) {
    int frames = 0;
    for (int at = run.readerIndex(); at < run.writerIndex(); at += 1 + run.getInt(at + 1)) {
      frames++;
    }
    return frames;
  }

  /** Takes what one node sends, and counts it. */
  private final class SourceCount implements RowSource.Taker {
    private final RowSource source;
    private final long startedAt = System.nanoTime();
    private long sent;
    private long bytes;
    private long endedAt;

    SourceCount(RowSource source) {
      this.source = source;
    }

    ExchangeCount count() {
      long until = endedAt == 0 ? System.nanoTime() : endedAt;
      return new ExchangeCount(exchange.relation(), source.node(), sent, bytes, until - startedAt);
    }

    @Override
    public void rows(ByteBuf run) {
      try {
        if (!stopped) {
          int frames = frames(run);
          sent += frames;
          rows += frames;
          bytes += run.readableBytes();
          limit.take(run.readableBytes(), exchange.relation());
          pass(run);
        }
      } catch (SqlError why) {
        listener.failed(why);
      } finally {
        run.release();
      }
    }

    @Override
    public void end() {
      endedAt = System.nanoTime();
      sourceEnded();
    }
  }
}
