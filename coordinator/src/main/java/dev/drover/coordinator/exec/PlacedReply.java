package dev.drover.coordinator.exec;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.netty.RelayingReply;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;

/**
 * Moves what a server says of a text that was made from the client's to the place in the client's.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class PlacedReply implements RelayingReply {
  private final Reply reply;
  private final Rendering rendering;
  private final SqlText sql;

  public PlacedReply(Reply reply, Rendering rendering, SqlText sql) {
    this.reply = requireNonNull(reply);
    this.rendering = requireNonNull(rendering);
    this.sql = requireNonNull(sql);
  }

  @Override
  public Reply next() {
    return reply;
  }

  @Override
  public void message(byte type, ByteBuf body) {
    switch (type) {
      case MessageType.Backend.ERROR, MessageType.Backend.NOTICE ->
          reply.message(type, rendering.placed(sql, ErrorFields.decode(body)).body());
      default -> reply.message(type, body);
    }
  }
}
