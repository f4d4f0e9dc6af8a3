package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/** Where a PostgreSQL server, or Drover itself, listens. */
public sealed interface ServerAddress {
  /** A host name or address, and a port. */
  record Tcp(String host, int port) implements ServerAddress {
    private static final int MAX_PORT = 65535;

    public Tcp {
      requireNonNull(host);
      if (port < 0 || port > MAX_PORT) {
        throw new IllegalArgumentException("not a port: " + port);
      }
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** A socket file. */
  record UnixSocket(Path path) implements ServerAddress {
    public UnixSocket {
      requireNonNull(path);
    }

    /** The file that libpq expects in this directory for a server of this port. */
    public static UnixSocket in(Path directory, int port) {
      return new UnixSocket(directory.resolve(".s.PGSQL." + port));
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }
}
