package dev.drover.pgwire.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.function.Consumer;

/** A client that sends any bytes and reads frames. */
final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final DataInputStream in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
  }

  static RawClient connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    return new RawClient(socket);
  }

  /** Connected, started up and past the first ReadyForQuery. */
  static RawClient open(int port) throws IOException {
    RawClient client = connect(port);
    client.send(out -> FrontendEncoder.startup(out, Map.of("user", "ewa")));
    assertThat(client.read().type()).isEqualTo('R');
    assertThat(client.read().type()).isEqualTo('Z');
    return client;
  }

  record Message(char type, ByteBuf body) {}

  void send(Consumer<ByteBuf> encoder) throws IOException {
    ByteBuf out = Unpooled.buffer();
    encoder.accept(out);
    send(ByteBufUtil.getBytes(out));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void sendByteByByte(Consumer<ByteBuf> encoder) throws IOException {
    ByteBuf out = Unpooled.buffer();
    encoder.accept(out);
    while (out.isReadable()) {
      socket.getOutputStream().write(out.readByte());
    }
  }

  byte readByte() throws IOException {
    return in.readByte();
  }

  Message read() throws IOException {
    char type = (char) in.readByte();
    byte[] body = new byte[in.readInt() - Integer.BYTES];
    in.readFully(body);
    return new Message(type, Unpooled.wrappedBuffer(body));
  }

  /** The next message must be a FATAL error of this code, and then the end. */
  void expectFatal(String sqlState, String message) throws IOException {
    Message error = read();
    assertThat(error.type()).isEqualTo('E');
    ErrorFields fields = ErrorFields.decode(error.body());
    assertThat(fields.severity()).isEqualTo("FATAL");
    assertThat(fields.sqlState()).isEqualTo(sqlState);
    assertThat(fields.message()).isEqualTo(message);
    expectEnd();
  }

  void expectEnd() throws IOException {
    assertThat(in.read()).isEqualTo(-1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
