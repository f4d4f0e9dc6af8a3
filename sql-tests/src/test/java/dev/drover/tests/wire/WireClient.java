package dev.drover.tests.wire;

import dev.drover.tests.Endpoint;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A client that sends the bytes it is told to and hands back every message.
 *
 * <p>Threads: confined to one, except that {@link #close} may come from another.
 */
public final class WireClient implements AutoCloseable {
  /** Longer than any statement of the tests may take; a server that hangs fails the test. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  private WireClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = socket.getOutputStream();
  }

  /** A bare connection: nothing has been sent. */
  public static WireClient open(Endpoint endpoint) {
    try {
      Socket socket = new Socket();
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()));
      return new WireClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A connection that is ready for queries. */
  public static WireClient login(Endpoint endpoint) {
    WireClient client = open(endpoint);
    client.send(startup(endpoint));
    List<Message> messages = client.readUntil("RE");
    Message last = messages.getLast();
    if (last.type() == 'R' && last.reader().getInt() == 3) {
      client.send(Frontend.password(endpoint.login().password()));
    }
    Message ready = client.readUntil("ZE").getLast();
    if (ready.type() != 'Z') {
      throw new IllegalStateException("login failed: " + ready.errorFields());
    }
    return client;
  }

  public static byte[] startup(Endpoint endpoint) {
    Map<String, String> settings =
        Map.of("user", endpoint.login().user(), "database", endpoint.login().database());
    return Frontend.startup(Frontend.PROTOCOL_3_0, settings);
  }

  /** Sends all parts in one write. */
  public void send(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(List.of(parts).stream().mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    try {
      out.write(all.array());
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs one simple query and returns everything up to ReadyForQuery. */
  public List<Message> query(String sql) {
    send(Frontend.query(sql));
    return readUntil("Z");
  }

  /** Reads until a message of one of these types has come; it is the last of the list. */
  public List<Message> readUntil(String types) {
    List<Message> messages = new ArrayList<>();
    do {
      messages.add(read());
    } while (types.indexOf(messages.getLast().type()) < 0);
    return messages;
  }

  public Message read() {
    try {
      char type = (char) in.readUnsignedByte();
      int length = in.readInt() - Integer.BYTES;
      if (length < 0 || length > MAX_MESSAGE_BYTES) {
        throw new IllegalStateException("message '%s' of %d bytes".formatted(type, length));
      }
      return new Message(type, ByteBuffer.wrap(in.readNBytes(length)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one byte that answers SSLRequest or GSSENCRequest. */
  public char readByte() {
    try {
      return (char) in.readUnsignedByte();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every message until the server closes the connection. */
  public List<Message> readToEnd() {
    List<Message> messages = new ArrayList<>();
    try {
      while (hasMore()) {
        messages.add(read());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return messages;
  }

  private boolean hasMore() throws IOException {
    in.mark(1);
    int next = in.read();
    in.reset();
    return next >= 0;
  }

  /** Closes the sending half only. */
  public void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
