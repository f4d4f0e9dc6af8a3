package dev.drover.pgwire.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * Where the server programs are: the directory of the property {@code drover.test.postgres}, else
 * what is installed, else the binaries on the class path.
 */
final class PostgresBinaries {
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final int EXECUTABLE = 0100;

  private PostgresBinaries() {}

  /** The directory of {@code initdb} and {@code postgres}; may unpack into {@code directory}. */
  static Path find(Path directory) throws IOException {
    String given = System.getProperty("drover.test.postgres", "");
    if (!given.isEmpty()) {
      return Path.of(given);
    }
    Optional<Path> installed = installed();
    return installed.isPresent() ? installed.get() : unpack(directory.resolve("postgres"));
  }

  private static Optional<Path> installed() throws IOException {
    if (!Files.isDirectory(INSTALLED)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(INSTALLED)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder());
    }
  }

  private static Path unpack(Path target) throws IOException {
    String machine = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
    String archive = "/postgres-linux-" + machine + ".txz";
    try (InputStream in = PostgresBinaries.class.getResourceAsStream(archive)) {
      assertThat(in).as(archive).isNotNull();
      TarArchiveInputStream tar =
          new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in)));
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        write(tar, entry, target.resolve(entry.getName()));
      }
    }
    return target.resolve("bin");
  }

  private static void write(InputStream in, TarArchiveEntry entry, Path file) throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(file);
      return;
    }
    Files.createDirectories(file.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(in, file);
    if ((entry.getMode() & EXECUTABLE) != 0) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
