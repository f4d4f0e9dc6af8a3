package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one handler of a client's channel: frames in, the listener's calls out.
 *
 * <pre>
 * STARTUP ---- startup packet ---> AUTHENTICATION ---- authenticated() ---> SESSION
 *    | cancel request                     |                                    |
 *    v                                    |                                    |
 * CANCELLING ---- closeAfterFlush() or an error, from any state ----> CLOSING <+
 * </pre>
 */
final class FrontendHandler extends ChannelInboundHandlerAdapter implements FrameReader.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(FrontendHandler.class);
  private static final byte REFUSED = 'N';

  private final FrontendOptions options;
  private final FrontendListener listener;
  private ChannelHandlerContext context;
  private final Runnable burstEnd;
  private FrameReader reader;
  private Runnable delivery;
  private Outbound outbound;
  private FrontendChannel channel;
  private Future<?> authenticationTimer;
  private Phase phase = Phase.STARTUP;
  private boolean sslAnswered;
  private boolean gssAnswered;
  private boolean terminated;
  private boolean paused;
  private boolean resuming;
  private boolean delivered;

  FrontendHandler(FrontendOptions options, FrontendListener listener) {
    this.options = requireNonNull(options);
    this.listener = requireNonNull(listener);
    this.burstEnd = listener::burstEnd;
  }

  private enum Phase {
    STARTUP,
    CANCELLING,
    AUTHENTICATION,
    SESSION,
    CLOSING,
    CLOSED
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    reader = new FrameReader(added.alloc(), this);
    delivery = reader::deliver;
    outbound = new Outbound(added.channel());
    channel = new FrontendChannel(added.channel(), this, outbound);
  }

  @Override
  public void channelActive(ChannelHandlerContext ignored) {
    authenticationTimer =
        context
            .executor()
            .schedule(
                this::authenticationTimedOut,
                options.authenticationTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
    guarded(() -> listener.opened(channel));
  }

  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    reader.add((ByteBuf) message);
    if (paused && phase != Phase.CLOSING) {
      context.channel().config().setAutoRead(false);
      return;
    }
    deliver();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ignored) {
    endBurst();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ignored) {
    if (isServing()) {
      listener.writable(context.channel().isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ignored) {
    phase = Phase.CLOSED;
    authenticationTimer.cancel(false);
    reader.close();
    outbound.close();
    try {
      listener.closed();
    } catch (RuntimeException failure) {
      LOG.error("event=close_failed remote={}", channel.remote(), failure);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("event=client_lost remote={} reason={}", channel.remote(), cause.toString());
      var _ = context.close();
      return;
    }
    failed(cause);
  }

  @Override
  public boolean isTyped() {
    return phase != Phase.STARTUP;
  }

  @Override
  public int maxBodyBytes(byte type) {
    return switch (phase) {
      case STARTUP -> Protocol.MAX_STARTUP_BYTES - Protocol.LENGTH_BYTES;
      case AUTHENTICATION -> maxPasswordBytes(type);
      case SESSION, CANCELLING, CLOSING, CLOSED -> maxMessageBytes(type);
    };
  }

  @Override
  public boolean passesThrough(byte type) {
    return false;
  }

  @Override
  public boolean takesPieces() {
    return false;
  }

  @Override
  public boolean isPaused() {
    return paused;
  }

  @Override
  public void run(ByteBuf run) {
    run.release();
    throw new IllegalStateException("nothing passes through from a client");
  }

  @Override
  public void message(byte type, ByteBuf body) {
    switch (phase) {
      case STARTUP -> open(StartupPacket.decode(body));
      case AUTHENTICATION, SESSION -> {
        terminated = type == MessageType.Frontend.TERMINATE;
        listener.message(type, body);
      }
      case CANCELLING, CLOSING, CLOSED -> {}
    }
  }

  boolean isClosing() {
    return phase == Phase.CLOSING || phase == Phase.CLOSED;
  }

  void authenticated() {
    if (phase == Phase.AUTHENTICATION) {
      phase = Phase.SESSION;
      authenticationTimer.cancel(false);
    }
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    if (reader.isDelivering() || resuming || isClosing()) {
      return;
    }
    if (reader.hasInput()) {
      resuming = true;
      context.executor().execute(this::deliverWaiting);
    } else {
      context.channel().config().setAutoRead(true);
    }
  }

  /**
   * The client's unread bytes are taken and dropped for a while: closing a socket that has some
   * would make the kernel drop what was sent last.
   */
  void closeAfterFlush() {
    if (isClosing()) {
      return;
    }
    phase = Phase.CLOSING;
    authenticationTimer.cancel(false);
    reader.close();
    outbound.flush();
    outbound.close();
    new LingeringClose(context.channel()).start(terminated);
  }

  private void open(StartupPacket packet) {
    switch (packet) {
      case StartupPacket.SslRequest _ -> {
        refuseEncryption(sslAnswered, Protocol.SSL_REQUEST);
        sslAnswered = true;
      }
      case StartupPacket.GssencRequest _ -> {
        refuseEncryption(gssAnswered, Protocol.GSSENC_REQUEST);
        gssAnswered = true;
      }
      case StartupPacket.CancelRequest(int processId, byte[] key) -> {
        phase = Phase.CANCELLING;
        listener.cancel(processId, key);
      }
      case StartupPacket.Startup startup -> {
        phase = Phase.AUTHENTICATION;
        if (startup.needsNegotiation()) {
          BackendEncoder.negotiateProtocolVersion(
              outbound.out(),
              Math.min(startup.version(), Protocol.VERSION_3_2),
              startup.extensions());
        }
        listener.startup(startup.parameters());
      }
    }
  }

  private void refuseEncryption(boolean answered, int code) {
    if (answered) {
      throw SqlError.of(
          SqlState.FEATURE_NOT_SUPPORTED,
          "unsupported frontend protocol %d.%d: server supports 3.0 to 3.2"
              .formatted(code >>> 16, code & 0xffff));
    }
    outbound.out().writeByte(REFUSED);
    outbound.flush();
  }

  private int maxPasswordBytes(byte type) {
    if (type != MessageType.Frontend.PASSWORD) {
      throw violation("expected password response, got message type %d".formatted(type));
    }
    return Protocol.MAX_STARTUP_BYTES;
  }

  private int maxMessageBytes(byte type) {
    if (!MessageType.Frontend.isKnown(type)) {
      throw violation("invalid frontend message type %d".formatted(type));
    }
    if (MessageType.Frontend.isShort(type)) {
      return Protocol.MAX_SHORT_MESSAGE_BYTES;
    }
    return type == MessageType.Frontend.COPY_DATA
        ? options.maxCopyDataBytes()
        : options.maxMessageBytes();
  }

  private void deliver() {
    delivered = true;
    guarded(delivery);
  }

  private void deliverWaiting() {
    resuming = false;
    if (isClosing() || paused) {
      return;
    }
    deliver();
    endBurst();
    if (!paused && !isClosing()) {
      context.channel().config().setAutoRead(true);
    }
  }

  private void endBurst() {
    if (delivered && isServing()) {
      delivered = false;
      guarded(burstEnd);
    }
  }

  private boolean isServing() {
    return phase == Phase.AUTHENTICATION || phase == Phase.SESSION;
  }

  private void authenticationTimedOut() {
    fail(SqlError.of(SqlState.QUERY_CANCELED, "canceling authentication due to timeout"));
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException | OutOfMemoryError failure) {
      failed(failure);
    }
  }

  private void failed(Throwable cause) {
    switch (cause) {
      case SqlError error -> {
        LOG.debug("event=client_refused remote={} {}", channel.remote(), error.getMessage());
        fail(error);
      }
      case OutOfMemoryError _ -> {
        LOG.warn("event=out_of_memory remote={} reason={}", channel.remote(), cause.toString());
        fail(SqlError.of(SqlState.OUT_OF_MEMORY, "out of memory"));
      }
      default -> {
        LOG.error("event=session_failed remote={}", channel.remote(), cause);
        fail(SqlError.of(SqlState.INTERNAL_ERROR, "internal error"));
      }
    }
  }

  private void fail(SqlError error) {
    if (!isClosing()) {
      BackendEncoder.error(outbound.out(), ErrorFields.of(error, Severity.FATAL));
      closeAfterFlush();
    }
  }

  private static SqlError violation(String message) {
    return SqlError.of(SqlState.PROTOCOL_VIOLATION, message);
  }
}
