package dev.drover.coordinator.exec;

import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.Combine.Window;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The last fragment of a query whose rows have moved; its rows are the client's.
 *
 * <p>Rows of several nodes come one after another, as they arrive.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class LastStep {
  private final Call call;
  private final List<Worker> workers;
  private final FragmentPlaces.Place place;
  private final RowWindow window;
  private final Runnable done;
  private int running;
  private int unbound;
  private String verb = "";
  private long rows;
  private Optional<String> plainTag = Optional.empty();

  LastStep(
      Call call, List<Worker> workers, FragmentPlaces.Place place, Window window, Runnable done) {
    this.call = call;
    this.workers = workers;
    this.place = place;
    this.window = RowWindow.of(window, call);
    this.done = done;
  }

  void start() {
    running = workers.size();
    unbound = workers.size();
    ServerCommand.Bound bound =
        new ServerCommand.Bound(place.fragment().text(), 0, call.resultFormats(), 0, "");
    workers.forEach(w -> w.run(place.rendering(), bound, new LastReply(), this::ended));
  }

  private void ended() {
    running--;
    if (running == 0) {
      done.run();
    }
  }

  /** What the client is told of the statement. */
  String tag() {
    if (!window.unbounded()) {
      return CommandTag.of(verb, window.passed()).format();
    }
    return workers.size() == 1 ? plainTag.orElse("") : CommandTag.of(verb, rows).format();
  }

  void clientWritable() {
    workers.forEach(Worker::resume);
  }

  private void pass(ByteBuf run) {
    if (window.unbounded()) {
      call.output().rows(run);
    } else {
      passWindow(run);
    }
    if (!call.output().writable() || !call.output().wantsMore()) {
      workers.forEach(Worker::pause);
    }
  }

  private void passWindow(ByteBuf run) {
    try {
      while (run.isReadable()) {
        int start = run.readerIndex();
        int length = 1 + run.getInt(start + 1);
        run.skipBytes(length);
        if (window.take()) {
          call.output().rows(run.retainedSlice(start, length));
        }
      }
    } finally {
      run.release();
    }
  }

  /** One node's answer; its errors and its end go to the worker. */
  private final class LastReply implements Reply {
    @Override
    public void rows(ByteBuf run) {
      pass(run);
    }

    @Override
    public boolean wholeFrames() {
      return call.output().wholeFrames() || !window.unbounded() || workers.size() > 1;
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case MessageType.Backend.BIND_COMPLETE -> {
          unbound--;
          if (unbound == 0) {
            call.output().bound();
          }
        }
        case MessageType.Backend.COPY_OUT -> {
          CopyResponse response = CopyResponse.decode(body);
          BackendEncoder.copyOutResponse(
              call.output().rowBuffer(), response.format(), response.columnFormats());
        }
        case MessageType.Backend.COPY_DONE -> BackendEncoder.copyDone(call.output().rowBuffer());
        case MessageType.Backend.COMMAND_COMPLETE ->
            count(
                body.toString(
                    body.readerIndex(), body.readableBytes() - 1, StandardCharsets.UTF_8));
        default -> {
          // Nothing that the client has not been told already.
        }
      }
    }

    private void count(String text) {
      plainTag = Optional.of(text);
      CommandTag tag = CommandTag.parse(text);
      verb = tag.verb();
      rows += tag.rows().orElse(0);
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
