package dev.drover.tests.programs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.tests.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of PostgreSQL's client programs. */
enum Program {
  PSQL("psql"),
  PG_DUMP("pg_dump"),
  PGBENCH("pgbench");

  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Path file;

  Program(String name) {
    file = installation().resolve("bin").resolve(name);
  }

  /** Where Debian's packages put the oldest supported release. */
  static Path installation() {
    return Path.of("/usr/lib/postgresql/15");
  }

  /** How a run ended, and all that it wrote, errors included. */
  record Result(int exitCode, String output) {
    List<String> lines() {
      return output.lines().toList();
    }
  }

  boolean isInstalled() {
    return Files.isExecutable(file);
  }

  Result run(Endpoint endpoint, String... arguments) {
    return feed(endpoint, "", arguments);
  }

  /** Runs the program against a server, with the given standard input. */
  Result feed(Endpoint endpoint, String input, String... arguments) {
    try {
      return run(builder(endpoint, arguments), input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts the program with pipes to it; what it writes is not kept. */
  Process start(Endpoint endpoint, String... arguments) throws IOException {
    return builder(endpoint, arguments).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }

  private ProcessBuilder builder(Endpoint endpoint, String... arguments) {
    List<String> command = new ArrayList<>(List.of(file.toString()));
    command.addAll(List.of("-h", endpoint.host(), "-p", Integer.toString(endpoint.port())));
    command.addAll(List.of("-U", endpoint.login().user()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PGPASSWORD", endpoint.login().password());
    builder.environment().put("PGDATABASE", endpoint.login().database());
    builder.environment().put("PGCLIENTENCODING", "UTF8");
    return builder;
  }

  /** Through files, so that neither side waits for the other. */
  private static Result run(ProcessBuilder builder, String input)
      throws IOException, InterruptedException {
    Path in = Files.createTempFile("drover-program", ".in");
    Path out = Files.createTempFile("drover-program", ".out");
    try {
      Files.writeString(in, input, UTF_8);
      Process process = builder.redirectInput(in.toFile()).redirectOutput(out.toFile()).start();
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(builder.command() + " did not end");
      }
      return new Result(process.exitValue(), Files.readString(out, UTF_8));
    } finally {
      Files.delete(in);
      Files.delete(out);
    }
  }
}
