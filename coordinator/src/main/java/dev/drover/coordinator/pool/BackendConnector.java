package dev.drover.coordinator.pool;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.netty.BackendLink;
import dev.drover.pgwire.netty.Credentials;
import dev.drover.pgwire.netty.LinkOptions;
import dev.drover.pgwire.netty.ServerAddress;
import dev.drover.pgwire.netty.Transport;
import dev.drover.planner.catalog.Node;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Opens connections to the servers as a role, and tells each server which coordinator, in which
 * epoch, it belongs to: a fenced coordinator gets none.
 *
 * <p>Threads: thread-safe.
 */
public final class BackendConnector {
  /** A server that waits for a lock notices that this coordinator is gone, or has let go of it. */
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "client_encoding", "UTF8",
          "application_name", "drover",
          "client_connection_check_interval", "2000");

  private final Transport transport;
  private final IntFunction<Optional<Node>> nodes;
  private final RoleCredentials credentials;
  private final Identity identity;
  private final String database;

  /** {@code nodes} finds a server by its id; {@code identity} is what each is told. */
  public BackendConnector(
      Transport transport,
      IntFunction<Optional<Node>> nodes,
      RoleCredentials credentials,
      Identity identity,
      String database) {
    this.transport = requireNonNull(transport);
    this.nodes = requireNonNull(nodes);
    this.credentials = requireNonNull(credentials);
    this.identity = requireNonNull(identity);
    this.database = requireNonNull(database);
  }

  /** With what a role logs in at servers that do not trust whoever reaches their socket. */
  public interface RoleCredentials {
    Credentials of(String role);
  }

  /** Which coordinator this is, and in which epoch it lives. */
  public interface Identity {
    int coordinatorId();

    long epoch();
  }

  /** Connections of another epoch are about to be ended by the servers. */
  boolean isOfThisEpoch(Backend backend) {
    return backend.epoch() == identity.epoch();
  }

  void connect(EventLoop loop, int nodeId, String role, BackendPool.Request request) {
    Optional<Node> node = nodes.apply(nodeId);
    if (node.isEmpty()) {
      request.refused(SqlError.of(SqlState.CONNECTION_FAILURE, "node " + nodeId + " is unknown"));
      return;
    }
    ServerAddress address = address(node.get());
    Credentials login =
        switch (address) {
          case ServerAddress.UnixSocket _ -> new Credentials.None();
          case ServerAddress.Tcp _ -> credentials.of(role);
        };
    LinkOptions options =
        LinkOptions.of(role, database, login)
            .withParameters(PARAMETERS)
            .withServer("node \"" + node.get().name() + "\"");
    Future<BackendLink> connecting = BackendLink.connect(transport, loop, address, options);
    connecting.addListener(
        (Future<BackendLink> done) -> {
          if (done.isSuccess()) {
            hello(new Backend(done.getNow(), node.get(), role, identity.epoch()), request);
          } else {
            request.refused(failure(node.get(), done.cause()));
          }
        });
  }

  private static ServerAddress address(Node node) {
    if (node.socketDirectory().isEmpty()) {
      return new ServerAddress.Tcp(node.host(), node.port());
    }
    return ServerAddress.UnixSocket.in(Path.of(node.socketDirectory()), node.port());
  }

  private static SqlError failure(Node node, Throwable cause) {
    return switch (cause) {
      case ServerError error -> relayed(node.name(), error.fields());
      default ->
          SqlError.of(
                  SqlState.CONNECTION_FAILURE, "could not connect to node \"" + node.name() + "\"")
              .withDetail(String.valueOf(cause.getMessage()));
    };
  }

  /** What a server says of itself as a whole names the node; what it says of a role does not. */
  private static SqlError relayed(String node, ErrorFields fields) {
    SqlState state = SqlState.CONNECTION_FAILURE;
    for (SqlState known : SqlState.values()) {
      if (known.code().equals(fields.sqlState())) {
        state = known;
      }
    }
    return switch (state.kind()) {
      case OPERATOR, NETWORK, RESOURCE ->
          SqlError.of(
              state, "could not connect to node \"%s\": %s".formatted(node, fields.message()));
      case USER, UNSUPPORTED, RETRY, BUG -> SqlError.of(state, fields.message());
    };
  }

  private void hello(Backend backend, BackendPool.Request request) {
    backend.query(
        "SELECT drover.hello(%d, %d)".formatted(identity.coordinatorId(), backend.epoch()),
        new QuietReply(
            reply -> {
              if (reply.succeeded()) {
                request.acquired(backend);
                return;
              }
              backend.link().close();
              ErrorFields error = reply.error().orElseGet(() -> lost(reply));
              request.refused(relayed(backend.nodeName(), error));
            }));
    backend.link().flush();
  }

  private static ErrorFields lost(QuietReply reply) {
    return ErrorFields.of(reply.lost().orElseThrow(), Severity.ERROR);
  }
}
