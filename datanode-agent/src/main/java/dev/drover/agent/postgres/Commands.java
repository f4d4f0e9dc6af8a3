package dev.drover.agent.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short programs of the operating system and of PostgreSQL to their end. */
final class Commands {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private Commands() {}

  /** The program's output, both streams; an exit code other than 0 is an error. */
  static String run(List<String> command) {
    return run(command, "");
  }

  /** As above, with text on its standard input. */
  static String run(List<String> command, String input) {
    try {
      Path output = Files.createTempFile("drover-command", ".out");
      try {
        int exitCode = execute(command, input, output);
        String text = Files.readString(output, UTF_8).strip();
        if (exitCode != 0) {
          throw new ServerFailedException(
              "%s failed with exit code %d: %s".formatted(command, exitCode, text));
        }
        return text;
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new ServerFailedException("cannot run %s: %s".formatted(command, e.getMessage()), e);
    }
  }

  private static int execute(List<String> command, String input, Path output) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      }
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new ServerFailedException("%s took longer than %s".formatted(command, LIMIT));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerFailedException("interrupted while running " + command, e);
    } finally {
      process.destroyForcibly();
    }
  }
}
