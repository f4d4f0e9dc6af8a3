package dev.drover.agent.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A fresh data directory that is copied instead of running initdb once per server.
 *
 * <p>It holds the superusers {@code postgres} and {@code drover}, with the same password verifier
 * in every copy. Copies share one system identifier, so that never identifies a node.
 *
 * <p>Threads: immutable; the directory is only read after {@link #create}.
 */
public final class PostgresTemplate {
  /** The role under which Drover itself works on a server. */
  public static final String SUPERUSER = "drover";

  /** The superuser that initdb makes, as which clients connect by default. */
  public static final String CLIENT_ROLE = "postgres";

  private static final int FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17;

  private final PostgresBinaries binaries;
  private final ServerUser user;
  private final Path data;

  private PostgresTemplate(PostgresBinaries binaries, ServerUser user, Path data) {
    this.binaries = binaries;
    this.user = user;
    this.data = data;
  }

  /** Makes the template in a directory that exists already; the caller deletes it. */
  public static PostgresTemplate create(PostgresBinaries binaries, Path directory, Secret secret) {
    ServerUser user = ServerUser.current();
    user.own(directory);
    user.requireReachable(directory);
    user.requireReachable(binaries.binDirectory());
    PostgresTemplate template = new PostgresTemplate(binaries, user, directory.resolve("template"));
    template.initialize();
    template.createRoles(secret);
    return template;
  }

  PostgresBinaries binaries() {
    return binaries;
  }

  /** Appears at the target as a whole or not at all. */
  void copyTo(Path target) throws IOException {
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    Directories.delete(partial);
    Commands.run(user.command(List.of("cp", "-a", data.toString(), partial.toString())));
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private void initialize() {
    try {
      initdb(preferredLocale());
    } catch (ServerFailedException e) {
      if (!e.getMessage().contains("locale")) {
        throw e;
      }
      initdb(List.of("--locale=C"));
    }
  }

  private List<String> preferredLocale() {
    if (binaries.version().major() >= FIRST_MAJOR_WITH_BUILTIN_LOCALE) {
      return List.of("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
    }
    return List.of("--locale=C.UTF-8");
  }

  private void initdb(List<String> locale) {
    List<String> command =
        new ArrayList<>(
            List.of(
                binaries.program("initdb"),
                "--pgdata=" + data,
                "--username=postgres",
                "--encoding=UTF8",
                "--auth=trust",
                "--no-sync"));
    command.addAll(locale);
    Commands.run(user.command(command));
  }

  private void createRoles(Secret secret) {
    String sql =
        """
        ALTER ROLE postgres PASSWORD '%1$s';
        CREATE ROLE %2$s SUPERUSER LOGIN PASSWORD '%1$s';
        """
            .formatted(secret.password(), SUPERUSER);
    List<String> command =
        List.of(binaries.program("postgres"), "--single", "-F", "-D", data.toString(), "postgres");
    String output = Commands.run(user.command(command), sql);
    if (output.contains("ERROR") || output.contains("FATAL")) {
      throw new ServerFailedException("cannot create the superusers: " + output);
    }
  }

  static void requireVersion(PostgresBinaries binaries, Path dataDirectory) {
    try {
      String found = Files.readString(dataDirectory.resolve("PG_VERSION"), UTF_8).strip();
      if (!found.equals(Integer.toString(binaries.version().major()))) {
        throw new ServerFailedException(
            "%s is of PostgreSQL %s, the binaries are %s"
                .formatted(dataDirectory, found, binaries.version().text()));
      }
    } catch (IOException e) {
      throw new ServerFailedException("no data directory of PostgreSQL: " + dataDirectory, e);
    }
  }
}
