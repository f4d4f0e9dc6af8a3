package dev.drover.agent.postgres;

import java.nio.file.Path;
import java.util.Optional;

/** Where unpacked binaries are kept between runs. */
final class CacheDirectory {
  private static final String OVERRIDE = "DROVER_CACHE";

  private CacheDirectory() {}

  /** Root's own home is closed to the user that runs the servers, so root has a system one. */
  static Path current() {
    Optional<String> override = Optional.ofNullable(System.getenv(OVERRIDE));
    if (override.isPresent()) {
      return Path.of(override.get()).toAbsolutePath();
    }
    if (ServerUser.isRoot()) {
      return Path.of("/var/cache/drover");
    }
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .filter(value -> !value.isBlank())
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
        .resolve("drover");
  }
}
