package dev.drover.coordinator.exec;

import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;

/**
 * A reply that begins with a Parse: whatever kept the server from it (an error, a cancel, an error
 * of an earlier message), the connection must not be remembered as having the statement.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class PreparingReply implements Reply {
  private final Reply reply;
  private final Backend backend;
  private final long key;
  private boolean prepared;

  PreparingReply(Reply reply, Backend backend, long key) {
    this.reply = reply;
    this.backend = backend;
    this.key = key;
  }

  @Override
  public void rows(ByteBuf run) {
    reply.rows(run);
  }

  @Override
  public boolean wholeFrames() {
    return reply.wholeFrames();
  }

  @Override
  public void message(byte type, ByteBuf body) {
    prepared |= type == MessageType.Backend.PARSE_COMPLETE;
    reply.message(type, body);
  }

  @Override
  public void ready(char status) {
    if (!prepared) {
      backend.statements().remove(key);
    }
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
