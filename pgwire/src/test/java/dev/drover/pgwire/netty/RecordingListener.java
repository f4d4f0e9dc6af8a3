package dev.drover.pgwire.netty;

import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.MessageType.Frontend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;

/** A session that trusts everybody, writes down its calls and answers Query as it is told. */
final class RecordingListener implements FrontendListener {
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  final BiConsumer<FrontendChannel, ByteBuf> onQuery;
  volatile FrontendChannel channel;
  volatile Runnable onWritable = () -> {};

  RecordingListener(BiConsumer<FrontendChannel, ByteBuf> onQuery) {
    this.onQuery = onQuery;
  }

  @Override
  public void opened(FrontendChannel opened) {
    channel = opened;
    events.add("opened loopback=" + opened.loopback());
  }

  @Override
  public void startup(Map<String, String> parameters) {
    events.add("startup " + parameters);
    if (parameters.containsValue("stranger")) {
      return;
    }
    channel.authenticated();
    BackendEncoder.authenticationOk(channel.out());
    BackendEncoder.readyForQuery(channel.out(), 'I');
  }

  @Override
  public void cancel(int processId, byte[] key) {
    events.add("cancel " + processId + " " + ByteBufUtil.hexDump(key));
    channel.closeAfterFlush();
  }

  @Override
  public void message(byte type, ByteBuf body) {
    events.add((char) type + " " + body.readableBytes());
    switch (type) {
      case Frontend.QUERY -> onQuery.accept(channel, body);
      case Frontend.TERMINATE -> channel.closeAfterFlush();
      default -> {}
    }
  }

  @Override
  public void burstEnd() {
    channel.flush();
  }

  @Override
  public void writable(boolean writable) {
    if (writable) {
      onWritable.run();
    }
  }

  @Override
  public void closed() {
    events.add("closed");
  }
}
