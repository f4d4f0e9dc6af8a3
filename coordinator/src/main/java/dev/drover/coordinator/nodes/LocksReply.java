package dev.drover.coordinator.nodes;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;

/**
 * Of what a node runs before a statement, for the locks that it leaves: its error is the
 * statement's.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class LocksReply implements Reply {
  private final Reply statement;

  /** {@code statement} is the reply that follows on the same connection. */
  LocksReply(Reply statement) {
    this.statement = requireNonNull(statement);
  }

  @Override
  public void rows(ByteBuf run) {
    run.release();
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (type == MessageType.Backend.ERROR) {
      statement.message(type, body);
    }
  }

  @Override
  public void ready(char status) {
    // The statement follows.
  }

  @Override
  public void broken(SqlError error) {
    // The statement's reply is told too.
  }
}
