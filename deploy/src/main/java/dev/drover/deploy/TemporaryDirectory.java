package dev.drover.deploy;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory for a cluster: the user's, or one of our own that is deleted in the end. It is made
 * by the cluster, which knows who must be able to enter.
 */
record TemporaryDirectory(Path path, boolean isTemporary) {
  static TemporaryDirectory unlessGiven(Optional<Path> given, String purpose) {
    return given
        .map(path -> new TemporaryDirectory(path, false))
        .orElseGet(
            () -> {
              String name =
                  "drover-%s-%d-%s"
                      .formatted(
                          purpose,
                          ProcessHandle.current().pid(),
                          Long.toHexString(System.nanoTime()));
              return new TemporaryDirectory(
                  Path.of(System.getProperty("java.io.tmpdir"), name), true);
            });
  }
}
