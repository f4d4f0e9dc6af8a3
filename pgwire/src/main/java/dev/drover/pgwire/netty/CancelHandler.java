package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A connection that carries one CancelRequest and ends when the server closes it. */
final class CancelHandler extends ChannelInboundHandlerAdapter {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final int processId;
  private final byte[] key;
  private final Promise<Void> done;

  private CancelHandler(int processId, byte[] key, Promise<Void> done) {
    this.processId = processId;
    this.key = requireNonNull(key);
    this.done = requireNonNull(done);
  }

  static Future<Void> send(BackendLink.Origin origin, int processId, byte[] key) {
    Promise<Void> done = origin.loop().newPromise();
    CancelHandler handler = new CancelHandler(processId, key, done);
    Future<Channel> connecting =
        origin.transport().connect(origin.loop(), origin.address(), TIMEOUT, handler);
    connecting.addListener(
        _ -> {
          if (!connecting.isSuccess()) {
            done.tryFailure(failure("could not send a cancel request", connecting.cause()));
          }
        });
    return done;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ByteBuf request = context.alloc().directBuffer();
    FrontendEncoder.cancelRequest(request, processId, key);
    var _ = context.writeAndFlush(request);
    Future<?> timer =
        context
            .executor()
            .schedule(() -> timedOut(context), TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    done.addListener(_ -> timer.cancel(false));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    done.trySuccess(null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    done.tryFailure(failure("a cancel request was cut off", cause));
    var _ = context.close();
  }

  private void timedOut(ChannelHandlerContext context) {
    done.tryFailure(
        SqlError.of(SqlState.CONNECTION_FAILURE, "a cancel request was not answered in time"));
    var _ = context.close();
  }

  private static SqlError failure(String what, Throwable cause) {
    return SqlError.of(SqlState.CONNECTION_FAILURE, what + ": " + cause.getMessage());
  }
}
