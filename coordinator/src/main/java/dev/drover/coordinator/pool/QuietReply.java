package dev.drover.coordinator.pool;

import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The reply to a statement of Drover's own: nothing of it reaches a client.
 *
 * <p>Rows are kept as text, up to a bound; what happens at the end is given as an {@link Outcome}.
 *
 * <p>Threads: confined to the event loop of its connection.
 */
public final class QuietReply implements Reply {
  /** What Drover asks itself has few rows. */
  private static final int MAX_ROWS = 1_000_000;

  private static final int MAX_NOTICES = 1000;

  /** What to do when the reply is complete. */
  public interface Outcome {
    void done(QuietReply reply);
  }

  private final Outcome outcome;
  private final List<List<Optional<String>>> rows = new ArrayList<>();
  private final List<ErrorFields> notices = new ArrayList<>();
  private Optional<ErrorFields> error = Optional.empty();
  private Optional<SqlError> lost = Optional.empty();
  private String tag = "";

  /** Nobody waits for it; an error shows in the transaction's status. */
  public QuietReply() {
    this(_ -> {});
  }

  public QuietReply(Outcome outcome) {
    this.outcome = outcome;
  }

  /** The server's error, if it sent one. */
  public Optional<ErrorFields> error() {
    return error;
  }

  /** Why the connection was lost, if it was. */
  public Optional<SqlError> lost() {
    return lost;
  }

  /** The server's error, or that its connection was lost. */
  public Optional<ErrorFields> failure() {
    return error.or(() -> lost.map(e -> ErrorFields.of(e, Severity.ERROR)));
  }

  public boolean succeeded() {
    return error.isEmpty() && lost.isEmpty();
  }

  /**
   * Itself, for callers that block; a failure is thrown: the server's error, or 08006 and the like.
   */
  public QuietReply orThrow() {
    error.ifPresent(
        e -> {
          throw new ServerError(e);
        });
    lost.ifPresent(
        e -> {
          throw e;
        });
    return this;
  }

  public List<ErrorFields> notices() {
    return notices;
  }

  /** The last command tag. */
  public String tag() {
    return tag;
  }

  public List<List<Optional<String>>> rows() {
    return rows;
  }

  @Override
  public void rows(ByteBuf run) {
    try {
      while (run.isReadable()) {
        byte type = run.readByte();
        int end = run.readerIndex() + run.readInt();
        if (type == MessageType.Backend.DATA_ROW) {
          keep(run);
        }
        run.readerIndex(end);
      }
    } finally {
      run.release();
    }
  }

  private void keep(ByteBuf run) {
    if (rows.size() >= MAX_ROWS) {
      throw new IllegalStateException("a control query returned too many rows");
    }
    int count = run.readShort();
    List<Optional<String>> row = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = run.readInt();
      row.add(
          length < 0
              ? Optional.empty()
              : Optional.of(run.readCharSequence(length, StandardCharsets.UTF_8).toString()));
    }
    rows.add(row);
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (type == MessageType.Backend.ERROR && error.isEmpty()) {
      error = Optional.of(ErrorFields.decode(body));
    } else if (type == MessageType.Backend.NOTICE && notices.size() < MAX_NOTICES) {
      notices.add(ErrorFields.decode(body));
    } else if (type == MessageType.Backend.COMMAND_COMPLETE) {
      tag = CommandTag.text(body);
    }
  }

  @Override
  public void ready(char status) {
    outcome.done(this);
  }

  @Override
  public void broken(SqlError why) {
    lost = Optional.of(why);
    outcome.done(this);
  }
}
