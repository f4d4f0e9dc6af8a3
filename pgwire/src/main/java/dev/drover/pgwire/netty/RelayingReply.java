package dev.drover.pgwire.netty;

import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;

/** A reply that hands on to another one; what an implementation leaves out passes unchanged. */
public interface RelayingReply extends Reply {
  /** The one that it hands on to. */
  Reply next();

  @Override
  default void rows(ByteBuf run) {
    next().rows(run);
  }

  @Override
  default boolean wholeFrames() {
    return next().wholeFrames();
  }

  @Override
  default void message(byte type, ByteBuf body) {
    next().message(type, body);
  }

  @Override
  default void ready(char status) {
    next().ready(status);
  }

  @Override
  default void broken(SqlError error) {
    next().broken(error);
  }

  @Override
  default void burstEnd() {
    next().burstEnd();
  }
}
