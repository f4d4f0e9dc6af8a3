package dev.drover.coordinator.pool;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;

/**
 * Hides the answers to statements of Drover's own that stand in front of a statement in the same
 * message or unit. An error among them is the statement's, which the server then does not run; the
 * connection's state is in doubt after it.
 *
 * <p>Threads: confined to the event loop of its connection.
 */
final class PrecededReply implements Reply {
  private final Runnable failed;
  private final Reply reply;
  private int hidden;

  /**
   * {@code hidden} statements come before the one that {@code reply} is for; {@code failed} is told
   * when one of them fails.
   */
  PrecededReply(Runnable failed, int hidden, Reply reply) {
    this.failed = requireNonNull(failed);
    this.reply = requireNonNull(reply);
    this.hidden = hidden;
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
      reply.message(type, body);
      return;
    }
    switch (type) {
      case MessageType.Backend.COMMAND_COMPLETE -> hidden--;
      case MessageType.Backend.NOTICE -> reply.message(type, body);
      case MessageType.Backend.ERROR -> {
        failed.run();
        reply.message(type, body);
      }
      default -> {
        // Rows' descriptions, and the completion of messages that the statement knows nothing of.
      }
    }
  }

  @Override
  public void ready(char status) {
    reply.ready(status);
  }

  @Override
  public void broken(SqlError error) {
    reply.broken(error);
  }

  @Override
  public void burstEnd() {
    reply.burstEnd();
  }
}
