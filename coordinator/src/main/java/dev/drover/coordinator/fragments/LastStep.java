package dev.drover.coordinator.fragments;

import dev.drover.coordinator.copy.CopyFormat;
import dev.drover.coordinator.copy.CopyOutJoin;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.nodes.RowMerge;
import dev.drover.coordinator.nodes.RowWindow;
import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.Combine.Window;
import dev.drover.planner.plan.Plan;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.Optional;

/**
 * The last fragment of a query whose rows have moved; its rows are the client's. Those of several
 * nodes come one after another, as they arrive, or merged.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class LastStep implements RowMerge.Streams {
  private final Call call;
  private final List<Worker> workers;
  private final FragmentPlaces.Place place;
  private final Optional<int[]> formats;
  private final Optional<RowMerge> merge;
  private final RowWindow window;
  private final Runnable done;
  private int running;
  private boolean bound;
  private Optional<CopyOutJoin> copies = Optional.empty();
  private boolean released;
  private String tag = "SELECT 0";
  private long rows;

  LastStep(
      Call call, List<Worker> workers, FragmentPlaces.Place place, Combine combine, Runnable done) {
    this.call = call;
    this.workers = workers;
    this.place = place;
    this.done = done;
    switch (combine) {
      case Combine.Merge merged -> {
        this.formats = Optional.of(RowMerge.formats(call, merged));
        this.merge = Optional.of(new RowMerge(workers.size(), merged, call, this));
        this.window = RowWindow.of(Window.ALL, call);
      }
      case Combine.Concatenate(Window counted) -> {
        this.formats = call.resultFormats();
        this.merge = Optional.empty();
        this.window = RowWindow.of(counted, call);
      }
    }
  }

  void start() {
    running = workers.size();
    ServerCommand.Bound what = new ServerCommand.Bound(place.fragment().text(), 0, formats, 0, "");
    for (int i = 0; i < workers.size(); i++) {
      int index = i;
      workers.get(i).run(place.rendering(), what, new LastReply(i), () -> ended(index));
    }
  }

  /** Before the first one's rows, or its error: all nodes bind the same. */
  private void bound() {
    if (!bound) {
      bound = true;
      call.output().bound();
    }
  }

  private void ended(int index) {
    running--;
    merge.ifPresent(m -> m.ended(index));
    if (running > 0) {
      advance();
      return;
    }
    merge.ifPresent(RowMerge::drain);
    copies.ifPresent(this::endCopy);
    done.run();
  }

  /** What the client is told of the statement. */
  String tag() {
    if (merge.isPresent()) {
      return CommandTag.of("SELECT", merge.get().passed()).format();
    }
    if (workers.size() == 1 && window.unbounded()) {
      return tag;
    }
    String verb = CommandTag.parse(tag).verb();
    return CommandTag.of(verb, window.unbounded() ? rows : window.passed()).format();
  }

  void clientWritable() {
    if (merge.isPresent()) {
      advance();
    } else {
      workers.forEach(Worker::resume);
    }
  }

  /** What has come and is not passed on is of no use, nor is what still comes. */
  void release() {
    released = true;
    merge.ifPresent(RowMerge::release);
  }

  @Override
  public void pauseStream(int index) {
    workers.get(index).pause();
  }

  @Override
  public void resumeStream(int index) {
    workers.get(index).resume();
  }

  private void advance() {
    merge.ifPresent(RowMerge::advance);
    if (merge.map(RowMerge::exhausted).orElse(false)) {
      workers.forEach(Worker::leaveOff);
    }
  }

  private void pass(int index, ByteBuf run) {
    if (merge.isPresent()) {
      merge.get().add(index, run);
      advance();
      return;
    }
    if (copies.isPresent()) {
      call.output().rows(copies.get().join(workers.get(index).node(), run));
    } else {
      window.pass(run, call.output());
      if (window.exhausted()) {
        workers.forEach(Worker::leaveOff);
      }
    }
    if (!call.output().writable() || !call.output().wantsMore()) {
      workers.forEach(Worker::pause);
    }
  }

  /** The streams of several nodes become one. */
  private void beginCopy(CopyResponse response) {
    if (copies.isPresent() || released) {
      return;
    }
    BackendEncoder.copyOutResponse(
        call.output().rowBuffer(), response.format(), response.columnFormats());
    if (workers.size() > 1) {
      CopyFormat format = response.format() == 1 ? CopyFormat.BINARY : CopyFormat.TEXT;
      boolean header = call.cached().plan() instanceof Plan.CopyOut(var _, var line) && line;
      copies = Optional.of(CopyOutJoin.of(format, header, PooledByteBufAllocator.DEFAULT));
    }
  }

  private void endCopy(CopyOutJoin join) {
    call.output().rows(join.end());
    BackendEncoder.copyDone(call.output().rowBuffer());
  }

  /** One node's answer; its errors and its end go to the worker. */
  private final class LastReply implements Reply {
    private final int index;

    LastReply(int index) {
      this.index = index;
    }

    @Override
    public void rows(ByteBuf run) {
      if (released) {
        run.release();
      } else {
        pass(index, run);
      }
    }

    @Override
    public boolean wholeFrames() {
      boolean several = workers.size() > 1;
      return several || !window.unbounded() || call.output().wholeFrames();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case MessageType.Backend.BIND_COMPLETE -> bound();
        case MessageType.Backend.COPY_OUT -> beginCopy(CopyResponse.decode(body));
        case MessageType.Backend.COPY_DONE -> {
          if (copies.isEmpty()) {
            BackendEncoder.copyDone(call.output().rowBuffer());
          }
        }
        case MessageType.Backend.COMMAND_COMPLETE -> {
          tag = CommandTag.text(body);
          rows += CommandTag.parse(tag).rows().orElse(0);
        }
        default -> {
          // Nothing that the client has not been told already.
        }
      }
    }

    @Override
    public void burstEnd() {
      call.output().flush();
    }

    @Override
    public void ready(char status) {}

    @Override
    public void broken(SqlError why) {}
  }
}
