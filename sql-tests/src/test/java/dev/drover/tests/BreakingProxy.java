package dev.drover.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a coordinator and a server's Unix socket, and plays the server's death: at will,
 * or when a certain text is on its way. A server that is down refuses whoever connects.
 *
 * <p>Threads: thread-safe; two virtual threads per connection.
 */
public final class BreakingProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String NOTHING = "\0never sent\0";

  private final ServerSocketChannel listener;
  private final UnixDomainSocketAddress server;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean isDown;
  private volatile String fatalText = NOTHING;

  private BreakingProxy(ServerSocketChannel listener, UnixDomainSocketAddress server) {
    this.listener = listener;
    this.server = server;
  }

  /** Listens at one socket for the server at the other. */
  public static BreakingProxy at(Path socket, Path serverSocket) {
    try {
      ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(socket));
      BreakingProxy proxy = new BreakingProxy(listener, UnixDomainSocketAddress.of(serverSocket));
      Thread.startVirtualThread(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server dies when somebody sends this; what was to be sent does not arrive. */
  public void dieAt(String text) {
    fatalText = text;
  }

  public boolean isDown() {
    return isDown;
  }

  /** All connections end, and no new one is let in. */
  public void die() {
    isDown = true;
    fatalText = NOTHING;
    open.forEach(BreakingProxy::close);
  }

  public void comeBack() {
    isDown = false;
  }

  @Override
  public void close() {
    die();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel client = listener.accept();
        if (isDown) {
          close(client);
        } else {
          connect(client);
        }
      } catch (IOException e) {
        // The listener is closed, or the server is gone: the client's socket was closed.
      }
    }
  }

  private void connect(SocketChannel client) throws IOException {
    SocketChannel toServer;
    try {
      toServer = SocketChannel.open(server);
    } catch (IOException e) {
      close(client);
      throw e;
    }
    open.add(client);
    open.add(toServer);
    Thread.startVirtualThread(() -> pump(client, toServer, true));
    Thread.startVirtualThread(() -> pump(toServer, client, false));
  }

  private void pump(SocketChannel from, SocketChannel to, boolean isRequest) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try (from;
        to) {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        if (isRequest && text(buffer).contains(fatalText)) {
          die();
          return;
        }
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // Either side has closed: so does the other.
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static String text(ByteBuffer buffer) {
    return ISO_8859_1.decode(buffer.duplicate()).toString();
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
