package dev.drover.coordinator.exec;

import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.netty.RelayingReply;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;

/**
 * A reply that begins with a Parse: whatever kept the server from it (an error, a cancel, an error
 * of an earlier message), the connection must not be remembered as having the statement.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class PreparingReply implements RelayingReply {
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
  public Reply next() {
    return reply;
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
}
