package dev.drover.coordinator.pool;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.netty.RelayingReply;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;

/**
 * Hides the answers to statements of Drover's own that stand in front of a statement in the same
 * message or unit. An error among them is the statement's, which the server then does not run; the
 * connection's state is in doubt after it.
 *
 * <p>Threads: confined to the event loop of its connection.
 */
final class PrecededReply implements RelayingReply {
  private final Runnable failed;
  private final Reply reply;
  private final int characters;
  private int hidden;

  /**
   * What stands in front of the statement that the reply is for.
   *
   * @param characters of the statement's own text; 0 when they are in messages of their own
   */
  record Before(int statements, int characters) {}

  /** {@code failed} is told when one of those before the reply's statement fails. */
  PrecededReply(Runnable failed, Before before, Reply reply) {
    this.failed = requireNonNull(failed);
    this.reply = requireNonNull(reply);
    this.hidden = before.statements();
    this.characters = before.characters();
  }

  @Override
  public Reply next() {
    return reply;
  }

  @Override
  public void rows(ByteBuf run) {
    if (hidden > 0) {
      run.release();
    } else {
      reply.rows(run);
    }
  }

  @Override
  public boolean wholeFrames() {
    return hidden > 0 || reply.wholeFrames();
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (hidden == 0) {
      pass(type, body);
      return;
    }
    switch (type) {
      case MessageType.Backend.COMMAND_COMPLETE -> hidden--;
      case MessageType.Backend.NOTICE -> pass(type, body);
      case MessageType.Backend.ERROR -> {
        failed.run();
        pass(type, body);
      }
      default -> {
        // Rows' descriptions, and the completion of messages that the statement knows nothing of.
      }
    }
  }

  /** Positions count from the start of the statement. */
  private void pass(byte type, ByteBuf body) {
    boolean placed = type == MessageType.Backend.ERROR || type == MessageType.Backend.NOTICE;
    if (characters > 0 && placed) {
      ErrorFields fields = ErrorFields.decode(body).moved(p -> Math.max(p - characters, 0));
      reply.message(type, fields.body());
    } else {
      reply.message(type, body);
    }
  }
}
