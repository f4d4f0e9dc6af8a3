package dev.drover.coordinator.fragments;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.Exchange;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a statement reads on the transaction's own connections, one exchange after another, and sees
 * as of one moment: all is bound before the first is run.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class JointReads implements FragmentEvents {
  private final Call call;
  private final List<Exchange> exchanges;
  private final GatherLimit limit;
  private final ProducerUnits units;
  private final CompletableFuture<JointReads> bound;
  private Optional<CompletableFuture<Boolean>> left = Optional.empty();
  private Optional<Load> load = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();

  private JointReads(
      Call call, List<Exchange> exchanges, GatherLimit limit, CompletableFuture<JointReads> bound) {
    this.call = call;
    this.exchanges = List.copyOf(exchanges);
    this.limit = limit;
    this.bound = bound;
    List<RowForm> forms = exchanges.stream().map(RowForm::of).toList();
    this.units = new ProducerUnits(call, FragmentPlaces.ofProducers(call, exchanges), forms, this);
  }

  /** {@code bound} is completed when all nodes have bound, or cannot and are at rest. */
  public static JointReads start(
      Call call, List<Exchange> exchanges, GatherLimit limit, CompletableFuture<JointReads> bound) {
    JointReads reads = new JointReads(call, exchanges, limit, bound);
    reads.units.start();
    return reads;
  }

  /** The rows of one exchange; each is read once, and the next when its rows have ended. */
  public RelationCopy.Source source(Exchange exchange) {
    return new RelationCopy.Source() {
      @Override
      public RowForm form() {
        return RowForm.of(exchange);
      }

      @Override
      public Optional<Operator> begin(RelationCopy copy) {
        Load begun = new Load(copy, units.sources(exchanges.indexOf(exchange)));
        load = Optional.of(begun);
        if (error.isEmpty()) {
          begun.start();
        } else {
          progress();
        }
        return Optional.of(begun);
      }

      @Override
      public void notice(ErrorFields fields) {
        call.output().notice(fields);
      }

      @Override
      public void took(int bytes) {
        limit.take(bytes, exchange.relation());
      }
    };
  }

  /** Nothing more is read; the connections are at rest when {@code then} is completed. */
  public void close(CompletableFuture<Boolean> then) {
    left = Optional.of(then);
    if (!units.areLeft()) {
      units.abort();
    }
    progress();
  }

  public void cancel() {
    failed(
        ErrorFields.of(
            SqlError.of(SqlState.QUERY_CANCELED, "canceling statement due to user request"),
            Severity.ERROR));
  }

  @Override
  public void failed(ErrorFields why) {
    if (error.isEmpty()) {
      error = Optional.of(why);
      units.abort();
    }
    progress();
  }

  @Override
  public void progress() {
    if (error.isEmpty() && units.areBound()) {
      bound.complete(this);
    }
    if (units.areLeft()) {
      error.ifPresent(this::tell);
      left.ifPresent(then -> then.complete(true));
    }
  }

  /** Whoever waits for it; the connections are at rest. */
  private void tell(ErrorFields why) {
    bound.completeExceptionally(new ServerError(why));
    Optional<Load> failing = load;
    load = Optional.empty();
    failing.ifPresent(l -> l.copy.failed(call, why));
  }

  /** The rows of one exchange on their way into its relation. */
  private final class Load implements Operator, RowSource.Taker {
    private final RelationCopy copy;
    private final List<RowSource> sources;
    private int running;

    Load(RelationCopy copy, List<RowSource> sources) {
      this.copy = copy;
      this.sources = sources;
      this.running = sources.size();
    }

    @Override
    public void start() {
      sources.forEach(source -> source.start(this));
      endIfDone();
    }

    @Override
    public void rows(ByteBuf run) {
      copy.rows(run);
      if (!copy.writable()) {
        sources.forEach(RowSource::pause);
      }
    }

    @Override
    public void end() {
      running--;
      endIfDone();
    }

    private void endIfDone() {
      if (running == 0 && error.isEmpty()) {
        load = Optional.empty();
        copy.completed(call, "");
      }
    }

    @Override
    public void clientWritable(boolean writable) {
      if (writable) {
        sources.forEach(RowSource::resume);
      }
    }

    @Override
    public void cancel() {
      JointReads.this.cancel();
    }
  }
}
