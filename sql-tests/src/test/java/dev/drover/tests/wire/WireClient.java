package dev.drover.tests.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.drover.tests.Endpoint;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A client that sends the bytes it is told to and hands back every message.
 *
 * <p>Threads: confined to one, except that {@link #close} may come from another.
 */
public final class WireClient implements AutoCloseable {
  /** Longer than any statement of the tests may take; a server that hangs fails the test. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int AUTHENTICATION_SASL = 10;
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
    Message last = client.authenticate(endpoint).getLast();
    if (last.type() == 'E') {
      client.close();
      throw new IllegalStateException("login failed: " + last.errorFields());
    }
    return client;
  }

  /**
   * Sends the startup message, answers what the server asks for, and returns what came after the
   * login: up to ReadyForQuery or the error.
   */
  public List<Message> authenticate(Endpoint endpoint) {
    return authenticate(endpoint, settings(endpoint));
  }

  public List<Message> authenticate(Endpoint endpoint, Map<String, String> settings) {
    send(Frontend.startup(Frontend.PROTOCOL_3_0, settings));
    Message request = read();
    boolean isSasl = request.type() == 'R' && request.reader().getInt() == AUTHENTICATION_SASL;
    List<Message> messages = new ArrayList<>();
    messages.add(isSasl ? answerSasl(endpoint.login().password()) : request);
    if (messages.getFirst().type() != 'E') {
      messages.addAll(readUntil("ZE"));
    }
    return messages;
  }

  private Message answerSasl(String password) {
    ScramExchange scram = new ScramExchange(password, UUID.randomUUID().toString());
    send(Frontend.saslInitial("SCRAM-SHA-256", scram.first()));
    Message challenge = read();
    if (challenge.type() == 'E') {
      return challenge;
    }
    send(Frontend.saslResponse(scram.proof(saslData(challenge))));
    Message end = read();
    return end.type() == 'E' ? end : read();
  }

  private static String saslData(Message message) {
    ByteBuffer in = message.reader();
    in.getInt();
    return US_ASCII.decode(in).toString();
  }

  public static byte[] startup(Endpoint endpoint) {
    return Frontend.startup(Frontend.PROTOCOL_3_0, settings(endpoint));
  }

  /** What the startup message must name. */
  public static Map<String, String> settings(Endpoint endpoint) {
    return Map.of("user", endpoint.login().user(), "database", endpoint.login().database());
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

  /** Sends all parts in one write and reads until ReadyForQuery has come so many times. */
  public List<Message> exchange(int syncs, byte[]... parts) {
    send(parts);
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < syncs; i++) {
      messages.addAll(readUntil("Z"));
    }
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

  /** Waits that long for the server's next byte; true when there is one. */
  public boolean hasInput(Duration patience) {
    try {
      if (in.available() > 0) {
        return true;
      }
      socket.setSoTimeout((int) patience.toMillis());
      return hasMore();
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      restorePatience();
    }
  }

  private void restorePatience() {
    try {
      socket.setSoTimeout((int) PATIENCE.toMillis());
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

  /** Cuts the connection without a farewell, as the death of a client's machine might. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
