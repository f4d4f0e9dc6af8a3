package dev.drover.pgwire.netty;

import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Frontend;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Passes everything on to one server: the smallest session that real drivers can work with. */
final class ProxySession implements FrontendListener {
  private static final Map<Integer, BackendLink> LINKS = new ConcurrentHashMap<>();

  private final Transport transport;
  private final ServerAddress server;
  private final ToClient toClient = new ToClient();
  private FrontendChannel channel;
  private BackendLink link;

  ProxySession(Transport transport, ServerAddress server) {
    this.transport = transport;
    this.server = server;
  }

  @Override
  public void opened(FrontendChannel opened) {
    channel = opened;
  }

  @Override
  public void startup(Map<String, String> parameters) {
    Map<String, String> others = new HashMap<>(parameters);
    String user = others.remove("user");
    LinkOptions options =
        LinkOptions.of(user, others.remove("database"), new Credentials.None())
            .withParameters(others);
    channel.pause();
    Future<BackendLink> opening = BackendLink.connect(transport, channel.loop(), server, options);
    opening.addListener(_ -> connected(opening));
  }

  @Override
  public void cancel(int processId, byte[] key) {
    BackendLink target = LINKS.get(processId);
    target.loop().execute(() -> forwardCancel(target));
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (type == Frontend.TERMINATE) {
      channel.closeAfterFlush();
      return;
    }
    copy(type, body, link.out());
    if (type == Frontend.QUERY || type == Frontend.SYNC) {
      link.expect(toClient);
    }
  }

  @Override
  public void burstEnd() {
    if (link != null) {
      link.flush();
    }
    channel.flush();
  }

  @Override
  public void writable(boolean writable) {
    if (link == null) {
      return;
    }
    if (writable) {
      link.resume();
    } else {
      link.pause();
    }
  }

  @Override
  public void closed() {
    if (link != null) {
      LINKS.remove(link.processId());
      link.close();
    }
  }

  private void connected(Future<BackendLink> opening) {
    if (opening.cause() instanceof ServerError refusal) {
      BackendEncoder.error(channel.out(), refusal.fields());
      channel.closeAfterFlush();
      return;
    }
    link = opening.getNow();
    link.setListener(toClient);
    link.onClose(channel::closeAfterFlush);
    LINKS.put(link.processId(), link);
    BackendEncoder.authenticationOk(channel.out());
    link.parameters()
        .forEach((name, value) -> BackendEncoder.parameterStatus(channel.out(), name, value));
    BackendEncoder.backendKeyData(channel.out(), link.processId(), link.cancelKey());
    BackendEncoder.readyForQuery(channel.out(), link.status());
    channel.flush();
    channel.authenticated();
    channel.resume();
  }

  private void forwardCancel(BackendLink target) {
    target.cancel().addListener(_ -> channel.loop().execute(channel::closeAfterFlush));
  }

  private static void copy(byte type, ByteBuf body, ByteBuf out) {
    out.writeByte(type).writeInt(body.readableBytes() + Protocol.LENGTH_BYTES).writeBytes(body);
  }

  /** All that the server says goes to the client. */
  private final class ToClient implements Reply, LinkListener {
    @Override
    public void rows(ByteBuf run) {
      channel.forward(run);
    }

    @Override
    public boolean wholeFrames() {
      return false;
    }

    @Override
    public void message(byte type, ByteBuf body) {
      copy(type, body, channel.out());
    }

    @Override
    public void ready(char status) {
      BackendEncoder.readyForQuery(channel.out(), status);
      channel.flush();
    }

    @Override
    public void broken(SqlError error) {
      BackendEncoder.error(channel.out(), ErrorFields.of(error, Severity.FATAL));
    }

    @Override
    public void burstEnd() {
      channel.flush();
    }

    @Override
    public void writable(boolean writable) {
      if (writable) {
        channel.resume();
      } else {
        channel.pause();
      }
    }
  }
}
