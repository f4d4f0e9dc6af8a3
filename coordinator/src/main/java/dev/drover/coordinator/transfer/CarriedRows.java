package dev.drover.coordinator.transfer;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The rows that one node sends by {@code COPY ... TO STDOUT}, on their way to others. The sender is
 * paused while these do not keep up.
 *
 * <p>Threads: confined to the session's event loop; the outcome is told by the future, when no
 * connection has anything of it outstanding.
 */
final class CarriedRows implements Reply, CopyStream.Listener {
  private static final int HEAD_BYTES = 5;

  /**
   * How it ended.
   *
   * @param sent rows that the sender says it has sent
   * @param received rows that the others say they have taken
   */
  record Outcome(long sent, long received, Optional<ErrorFields> error) {}

  private final Call call;
  private final CopyStream.Work work;
  private final CompletableFuture<Outcome> outcome;
  private final Deque<ByteBuf> waiting = new ArrayDeque<>();
  private Optional<Backend> source = Optional.empty();
  private Optional<CopyStream> stream = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private boolean sending = true;
  private boolean receiving = true;
  private boolean completing;
  private boolean sourceFailed;
  private boolean paused;
  private long sent;
  private long received;

  CarriedRows(Call call, CopyStream.Work work, CompletableFuture<Outcome> outcome) {
    this.call = call;
    this.work = work;
    this.outcome = outcome;
  }

  void start(Participant from, String text, List<Participant> targets) {
    stream = Optional.of(new CopyStream(call, work, targets, this));
    source = Optional.of(from.backend());
    from.backend().query(text, this);
    from.backend().link().flush();
  }

  @Override
  public void rows(ByteBuf run) {
    if (error.isPresent()) {
      run.release();
      return;
    }
    waiting.add(run);
    proceed();
  }

  private void proceed() {
    CopyStream rows = stream.orElseThrow();
    while (!waiting.isEmpty() && rows.wantsMore()) {
      ByteBuf run = waiting.getFirst();
      feed(rows, run);
      if (!run.isReadable()) {
        waiting.removeFirst().release();
      }
    }
    if (waiting.isEmpty()) {
      resume();
    } else if (!paused) {
      paused = true;
      source.orElseThrow().link().pause();
    }
    if (!sending && waiting.isEmpty() && !completing && error.isEmpty() && rows.wantsMore()) {
      completing = true;
      rows.complete();
    }
  }

  private static void feed(CopyStream rows, ByteBuf run) {
    while (run.isReadable() && rows.wantsMore()) {
      int length = run.getInt(run.readerIndex() + 1) + 1;
      run.skipBytes(HEAD_BYTES);
      rows.feed(run.readSlice(length - HEAD_BYTES));
    }
  }

  private void resume() {
    if (paused) {
      paused = false;
      source.orElseThrow().link().resume();
    }
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (type == MessageType.Backend.COMMAND_COMPLETE) {
      sent = CommandTag.decode(body).rows().orElse(0);
    } else if (type == MessageType.Backend.ERROR) {
      fail(ErrorFields.decode(body).without(ErrorFields.POSITION));
    }
  }

  @Override
  public void ready(char status) {
    sending = false;
    proceed();
    endIfDone();
  }

  @Override
  public void broken(SqlError why) {
    sending = false;
    fail(ErrorFields.of(why, Severity.ERROR));
    endIfDone();
  }

  private void fail(ErrorFields why) {
    sourceFailed = true;
    error = error.or(() -> Optional.of(why));
    stream.orElseThrow().fail(why);
  }

  @Override
  public void more() {
    proceed();
  }

  @Override
  public void completed(long rows) {
    receiving = false;
    received = rows;
    endIfDone();
  }

  @Override
  public void failed(ErrorFields why) {
    receiving = false;
    error = error.or(() -> Optional.of(why));
    while (!waiting.isEmpty()) {
      waiting.removeFirst().release();
    }
    if (sending && !sourceFailed) {
      source.orElseThrow().cancel();
    }
    resume();
    endIfDone();
  }

  private void endIfDone() {
    if (!sending && !receiving) {
      outcome.complete(new Outcome(sent, received, error));
    }
  }
}
