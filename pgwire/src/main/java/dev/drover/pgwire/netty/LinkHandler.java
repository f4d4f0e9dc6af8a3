package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one handler of a link's channel: frames in, the conversation's calls out, and the end of
 * both.
 */
final class LinkHandler extends ChannelInboundHandlerAdapter implements FrameReader.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(LinkHandler.class);

  private final BackendLink.Origin origin;
  private final Promise<BackendLink> opened;
  private final List<Runnable> closeActions = new ArrayList<>();
  private ChannelHandlerContext context;
  private FrameReader reader;
  private Outbound outbound;
  private LinkStartup startup;
  private Conversation conversation;
  private boolean closing;
  private boolean finished;
  private boolean inputEnded;
  private boolean paused;
  private boolean resuming;
  private boolean delivered;

  LinkHandler(BackendLink.Origin origin, Promise<BackendLink> opened) {
    this.origin = requireNonNull(origin);
    this.opened = requireNonNull(opened);
  }

  void connect() {
    LinkOptions options = origin.options();
    Future<Channel> connecting =
        origin.transport().connect(origin.loop(), origin.address(), options.connectTimeout(), this);
    connecting.addListener(
        _ -> {
          if (!connecting.isSuccess()) {
            opened.tryFailure(unreachable(String.valueOf(connecting.cause().getMessage())));
          }
        });
    Future<?> timer =
        origin
            .loop()
            .schedule(
                this::connectTimedOut, options.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    opened.addListener(_ -> timer.cancel(false));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    reader = new FrameReader(added.alloc(), this);
    outbound = new Outbound(added.channel());
    startup = new LinkStartup(origin.options(), outbound, origin.loop(), this::failed);
    conversation = new Conversation(startup);
  }

  @Override
  public void channelActive(ChannelHandlerContext ignored) {
    if (opened.isDone()) {
      var _ = context.close();
      return;
    }
    startup.begin();
  }

  @Override
  public void channelRead(ChannelHandlerContext ignored, Object message) {
    reader.add((ByteBuf) message);
    if (paused) {
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
    if (isOpen()) {
      conversation.listener().writable(isWritable());
    }
  }

  /** What was read before the end is still handed over, if need be after a resume. */
  @Override
  public void channelInactive(ChannelHandlerContext ignored) {
    inputEnded = true;
    boolean deliversLater = paused || resuming;
    if (closing || !deliversLater || !reader.hasInput()) {
      finish(lost("%s closed the connection unexpectedly"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("event=server_lost server={} reason={}", origin.address(), cause.toString());
      var _ = context.close();
      return;
    }
    failed(cause);
  }

  @Override
  public boolean isTyped() {
    return true;
  }

  @Override
  public int maxBodyBytes(byte type) {
    if (!Backend.isKnown(type)) {
      throw SqlError.of(
          SqlState.PROTOCOL_VIOLATION, "invalid backend message type %d".formatted(type));
    }
    return conversation.isOpen() ? Protocol.MAX_MESSAGE_BYTES : Protocol.MAX_STARTUP_BYTES;
  }

  @Override
  public boolean passesThrough(byte type) {
    return (type == Backend.DATA_ROW || type == Backend.COPY_DATA) && conversation.isAnswering();
  }

  @Override
  public boolean takesPieces() {
    return conversation.takesPieces();
  }

  @Override
  public boolean isPaused() {
    return paused || closing;
  }

  @Override
  public void run(ByteBuf run) {
    conversation.rows(run);
  }

  @Override
  public void message(byte type, ByteBuf body) {
    conversation.message(type, body);
    if (conversation.isOpen() && !opened.isDone()) {
      opened.trySuccess(new BackendLink(origin, this, outbound));
    }
  }

  Conversation conversation() {
    return conversation;
  }

  void expect(Reply reply) {
    if (isOpen() || (inputEnded && !finished)) {
      conversation.expect(reply);
    } else {
      SqlError error = lost("connection to %s is closed");
      origin.loop().execute(() -> reply.broken(error));
    }
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    if (reader.isDelivering() || resuming || finished) {
      return;
    }
    if (reader.hasInput() || inputEnded) {
      resuming = true;
      origin.loop().execute(this::deliverWaiting);
    } else {
      context.channel().config().setAutoRead(true);
    }
  }

  void close() {
    if (finished || closing) {
      return;
    }
    closing = true;
    if (inputEnded) {
      finish(lost("connection to %s was closed"));
      return;
    }
    FrontendEncoder.terminate(outbound.out());
    outbound.flush();
    var _ = context.close();
  }

  void onClose(Runnable action) {
    if (finished) {
      action.run();
    } else {
      closeActions.add(requireNonNull(action));
    }
  }

  boolean isWritable() {
    return context.channel().isWritable();
  }

  boolean isOpen() {
    return conversation.isOpen() && !closing && !inputEnded && context.channel().isActive();
  }

  boolean isInsideFrame() {
    return reader.isInsideFrame();
  }

  private void deliver() {
    delivered = true;
    try {
      reader.deliver();
    } catch (RuntimeException | OutOfMemoryError failure) {
      failed(failure);
    }
  }

  private void deliverWaiting() {
    resuming = false;
    if (finished || paused) {
      return;
    }
    deliver();
    endBurst();
    if (paused || finished) {
      return;
    }
    if (inputEnded) {
      finish(lost("%s closed the connection unexpectedly"));
    } else {
      context.channel().config().setAutoRead(true);
    }
  }

  private void endBurst() {
    if (!delivered) {
      return;
    }
    delivered = false;
    try {
      conversation.burstEnd();
    } catch (RuntimeException failure) {
      failed(failure);
    }
  }

  /** The stream of messages can no longer be trusted, or who should take it has failed. */
  private void failed(Throwable cause) {
    if (opened.tryFailure(cause)) {
      LOG.debug("event=link_refused server={} reason={}", origin.address(), cause.toString());
    } else if (cause instanceof SqlError || cause instanceof IOException) {
      LOG.warn("event=link_dropped server={} reason={}", origin.address(), cause.getMessage());
    } else {
      LOG.error("event=link_failed server={}", origin.address(), cause);
    }
    closing = true;
    var _ = context.close();
    finish(cause instanceof SqlError error ? error : lost("connection to %s had to be closed"));
  }

  private void connectTimedOut() {
    if (opened.tryFailure(unreachable("timeout expired")) && context != null) {
      closing = true;
      var _ = context.close();
    }
  }

  private void finish(SqlError reason) {
    if (finished) {
      return;
    }
    finished = true;
    closing = true;
    reader.close();
    outbound.close();
    opened.tryFailure(unreachable(reason.getMessage()));
    while (conversation.isAnswering()) {
      Reply reply = conversation.abandon();
      last(() -> reply.broken(reason));
    }
    closeActions.forEach(this::last);
    closeActions.clear();
  }

  /** One of several that must all be told. */
  private void last(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException failure) {
      LOG.error("event=close_action_failed server={}", origin.address(), failure);
    }
  }

  private SqlError lost(String how) {
    return conversation.lost(how.formatted(origin.options().server()));
  }

  private SqlError unreachable(String reason) {
    return SqlError.of(
        SqlState.SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION,
        "could not connect to server at %s: %s".formatted(origin.address(), reason));
  }
}
