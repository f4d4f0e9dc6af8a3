package dev.drover.deploy.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program {@code pgbench} of a PostgreSQL installation. */
final class Pgbench {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final Pattern PROCESSED =
      Pattern.compile("number of transactions actually processed: (\\d+)");
  private static final Pattern FAILED = Pattern.compile("number of failed transactions: (\\d+)");
  private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");
  private static final int MOST_OUTPUT_LINES = 5;
  private static final Duration FILL_LIMIT = Duration.ofMinutes(20);
  private static final Duration GRACE = Duration.ofSeconds(60);

  /** What one run has done. */
  record Result(long transactions, double perSecond) {}

  private final Path program;

  private Pgbench(Path program) {
    this.program = program;
  }

  /** In the given installation, the system's newest one, or on the PATH. */
  static Pgbench find(Optional<Path> installation) {
    return candidates(installation).stream()
        .filter(Files::isExecutable)
        .findFirst()
        .map(Pgbench::new)
        .orElseThrow(
            () ->
                new BenchException(
                    "pgbench is needed and was not found on the PATH or in %s/*/bin"
                            .formatted(DEBIAN)
                        + " (Debian: apt-get install postgresql)"));
  }

  Path program() {
    return program;
  }

  /** The installation that it belongs to, if that has servers too. */
  Optional<String> installation() {
    return Optional.ofNullable(program.toAbsolutePath().getParent())
        .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
        .map(Path::toString);
  }

  /** Fills pgbench's tables, which exist. */
  void fill(int port, int scale) {
    List<String> arguments = List.of("-i", "-I", "gv", "-q", "-s", Integer.toString(scale));
    run(arguments, port, FILL_LIMIT);
  }

  Result run(int port, int seconds, List<String> options) {
    List<String> arguments = new ArrayList<>(List.of("-n", "-j", "2"));
    arguments.addAll(List.of("-c", Integer.toString(BenchOptions.CLIENTS)));
    arguments.addAll(List.of("-T", Integer.toString(seconds)));
    arguments.addAll(options);
    String output = run(arguments, port, GRACE.plusSeconds(seconds));
    long failed = find(FAILED, output).map(Long::parseLong).orElse(0L);
    if (failed > 0) {
      throw new BenchException("pgbench counted %d failed transactions".formatted(failed));
    }
    return new Result(
        Long.parseLong(find(PROCESSED, output).orElseThrow()),
        Double.parseDouble(find(RATE, output).orElseThrow()));
  }

  private static List<Path> candidates(Optional<Path> installation) {
    List<Path> candidates = new ArrayList<>();
    installation.ifPresent(
        directory -> {
          candidates.add(directory.resolve("bin").resolve("pgbench"));
          candidates.add(directory.resolve("pgbench"));
        });
    candidates.addAll(debian());
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    Arrays.stream(path.split(":", -1))
        .filter(directory -> !directory.isBlank())
        .forEach(directory -> candidates.add(Path.of(directory, "pgbench")));
    return candidates;
  }

  private static List<Path> debian() {
    if (!Files.isDirectory(DEBIAN)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> versions = Files.newDirectoryStream(DEBIAN, "[0-9]*")) {
      versions.forEach(version -> found.add(version.resolve("bin").resolve("pgbench")));
    } catch (IOException e) {
      throw new BenchException("cannot list " + DEBIAN, e);
    }
    found.sort(Comparator.comparing(Path::toString).reversed());
    return found;
  }

  private String run(List<String> arguments, int port, Duration limit) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port), "-U", "postgres"));
    command.addAll(arguments);
    command.add("postgres");
    try {
      Path output = Files.createTempFile("drover-pgbench", ".out");
      try {
        return run(command, output, limit);
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new BenchException("cannot run " + program, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }

  private static String run(List<String> command, Path output, Duration limit)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new BenchException("pgbench did not end within %d s".formatted(limit.toSeconds()));
      }
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output, UTF_8);
    if (process.exitValue() != 0) {
      throw new BenchException("pgbench failed: " + errors(text));
    }
    return text;
  }

  private static String errors(String output) {
    List<String> errors =
        output.lines().filter(line -> line.contains("rror")).limit(MOST_OUTPUT_LINES).toList();
    return errors.isEmpty()
        ? output.lines().limit(MOST_OUTPUT_LINES).toList().toString()
        : String.join("; ", errors);
  }

  private static Optional<String> find(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
