package dev.drover.agent.postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The programs of one PostgreSQL installation: {@code initdb} and {@code postgres}.
 *
 * <p>Threads: immutable.
 */
public final class PostgresBinaries {
  /** The word for the binaries that come with Drover. */
  public static final String BUNDLED = "bundled";

  private static final String SETTING = "drover.postgres";
  private static final String ENVIRONMENT = "DROVER_POSTGRES";

  private final Path binDirectory;
  private final PostgresVersion version;

  private PostgresBinaries(Path binDirectory, PostgresVersion version) {
    this.binDirectory = binDirectory;
    this.version = version;
  }

  /** {@code bundled}, or the directory of an installation (with or without its {@code bin}). */
  public static PostgresBinaries of(String bundledOrDirectory) {
    if (bundledOrDirectory.equals(BUNDLED)) {
      return bundled();
    }
    return installed(Path.of(bundledOrDirectory));
  }

  /** What the system property or the environment names; else the bundled binaries. */
  public static PostgresBinaries configured() {
    return of(
        Optional.ofNullable(System.getProperty(SETTING))
            .or(() -> Optional.ofNullable(System.getenv(ENVIRONMENT)))
            .filter(value -> !value.isBlank())
            .orElse(BUNDLED));
  }

  /** The binaries on the class path, unpacked on first use. */
  public static PostgresBinaries bundled() {
    return installed(BundledArchive.unpacked(CacheDirectory.current()));
  }

  public static PostgresBinaries installed(Path directory) {
    Path inner = directory.resolve("bin");
    Path binDirectory = Files.isExecutable(inner.resolve("postgres")) ? inner : directory;
    for (String program : List.of("postgres", "initdb")) {
      if (!Files.isExecutable(binDirectory.resolve(program))) {
        throw new ServerFailedException(
            "no PostgreSQL installation in %s: %s is missing".formatted(directory, program));
      }
    }
    Path postgres = binDirectory.resolve("postgres");
    String output = Commands.run(List.of(postgres.toString(), "--version"));
    return new PostgresBinaries(binDirectory, PostgresVersion.parse(output));
  }

  public PostgresVersion version() {
    return version;
  }

  public Path binDirectory() {
    return binDirectory;
  }

  String program(String name) {
    return binDirectory.resolve(name).toString();
  }
}
