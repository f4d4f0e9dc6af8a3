package dev.drover.coordinator.pool;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.ErrorFields;
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
import java.util.function.Supplier;

/**
 * Opens connections to the servers as a role, and tells each server which coordinator, in which
 * epoch, it belongs to: a fenced coordinator gets none.
 *
 * <p>Threads: thread-safe.
 */
public final class BackendConnector {
  private final Transport transport;
  private final IntFunction<Optional<Node>> nodes;
  private final RoleCredentials credentials;
  private final Supplier<String> helloSql;
  private final String database;

  /** {@code nodes} finds a server by its id; {@code helloSql} names coordinator and epoch. */
  public BackendConnector(
      Transport transport,
      IntFunction<Optional<Node>> nodes,
      RoleCredentials credentials,
      Supplier<String> helloSql,
      String database) {
    this.transport = requireNonNull(transport);
    this.nodes = requireNonNull(nodes);
    this.credentials = requireNonNull(credentials);
    this.helloSql = requireNonNull(helloSql);
    this.database = requireNonNull(database);
  }

  /** With what a role logs in at the servers. */
  public interface RoleCredentials {
    Credentials of(String role);
  }

  void connect(EventLoop loop, int nodeId, String role, BackendPool.Request request) {
    Optional<Node> node = nodes.apply(nodeId);
    if (node.isEmpty()) {
      request.refused(SqlError.of(SqlState.CONNECTION_FAILURE, "node " + nodeId + " is unknown"));
      return;
    }
    Map<String, String> parameters =
        Map.of("client_encoding", "UTF8", "application_name", "drover");
    LinkOptions options =
        LinkOptions.of(role, database, credentials.of(role)).withParameters(parameters);
    Future<BackendLink> connecting =
        BackendLink.connect(transport, loop, address(node.get()), options);
    connecting.addListener(
        (Future<BackendLink> done) -> {
          if (done.isSuccess()) {
            hello(new Backend(done.getNow(), nodeId, role), request);
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
      case dev.drover.pgwire.ServerError error -> relayed(error.fields());
      default ->
          SqlError.of(
                  SqlState.CONNECTION_FAILURE, "could not connect to node \"" + node.name() + "\"")
              .withDetail(String.valueOf(cause.getMessage()));
    };
  }

  private static SqlError relayed(ErrorFields fields) {
    for (SqlState state : SqlState.values()) {
      if (state.code().equals(fields.sqlState())) {
        return SqlError.of(state, fields.message());
      }
    }
    return SqlError.of(SqlState.CONNECTION_FAILURE, fields.message());
  }

  private void hello(Backend backend, BackendPool.Request request) {
    backend.query(
        helloSql.get(),
        new QuietReply(
            reply -> {
              if (reply.succeeded()) {
                request.acquired(backend);
                return;
              }
              backend.link().close();
              ErrorFields error =
                  reply
                      .error()
                      .orElseGet(() -> ErrorFields.of(reply.lost().orElseThrow(), Severity.ERROR));
              request.refused(relayed(error));
            }));
    backend.link().flush();
  }
}
