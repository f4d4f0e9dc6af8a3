package dev.drover.agent.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * The compressed PostgreSQL installation on the class path.
 *
 * <p>Threads and processes: unpacked beside its place and renamed into it, so whoever finds the
 * directory finds all of it; of several that unpack at once, one wins and the others use its work.
 */
final class BundledArchive {
  private static final Logger LOG = LoggerFactory.getLogger(BundledArchive.class);
  private static final int ANY_EXECUTE_BIT = 0111;
  private static final Set<PosixFilePermission> PROGRAM =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> DATA = PosixFilePermissions.fromString("rw-r--r--");

  private BundledArchive() {}

  /** The directory of the unpacked installation, below the given cache directory. */
  static Path unpacked(Path cache) {
    URL archive = locate();
    try {
      Path target = cache.resolve("postgresql-" + fingerprint(archive));
      if (!Files.isDirectory(target)) {
        createShared(cache);
        unpack(archive, target);
      }
      return target;
    } catch (IOException e) {
      throw new ServerFailedException(
          "cannot unpack PostgreSQL into %s: %s".formatted(cache, e.getMessage()), e);
    }
  }

  private static URL locate() {
    String platform = System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
    String name = "postgres-linux-" + platform + ".txz";
    URL archive = BundledArchive.class.getClassLoader().getResource(name);
    if (archive == null) {
      throw new ServerFailedException(
          "no PostgreSQL binaries for this platform are bundled (%s); name an installed one"
              .formatted(name));
    }
    return archive;
  }

  /** Changes whenever the archive does; read from the jar's directory, not from the data. */
  private static String fingerprint(URL archive) throws IOException {
    URLConnection connection = archive.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return Long.toHexString(jar.getJarEntry().getCrc());
    }
    return Long.toHexString(connection.getContentLengthLong());
  }

  private static void unpack(URL archive, Path target) throws IOException {
    long startNanos = System.nanoTime();
    Path partial = Files.createTempDirectory(target.getParent(), "unpacking");
    Files.setPosixFilePermissions(partial, PROGRAM);
    try (InputStream raw = archive.openStream();
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(raw)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        extract(tar, entry, partial);
      }
    }
    moveInto(partial, target);
    LOG.info(
        "event=postgres_unpacked directory={} millis={}",
        target,
        (System.nanoTime() - startNanos) / 1_000_000);
  }

  private static void moveInto(Path partial, Path target) throws IOException {
    try {
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      LOG.debug("event=postgres_unpacked_by_another directory={}", target, e);
      Directories.delete(partial);
    }
  }

  private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path root)
      throws IOException {
    Path path = root.resolve(entry.getName()).normalize();
    if (!path.startsWith(root)) {
      throw new IOException("entry outside of the archive: " + entry.getName());
    }
    if (entry.isDirectory()) {
      createShared(path);
      return;
    }
    createShared(path.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, path);
    boolean isProgram = (entry.getMode() & ANY_EXECUTE_BIT) != 0;
    Files.setPosixFilePermissions(path, isProgram ? PROGRAM : DATA);
  }

  /** Directories that other users may pass, whatever the umask says. */
  private static void createShared(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    createShared(directory.toAbsolutePath().getParent());
    try {
      Files.createDirectory(directory);
      Files.setPosixFilePermissions(directory, PROGRAM);
    } catch (FileAlreadyExistsException e) {
      LOG.debug("event=directory_created_by_another directory={}", directory, e);
    }
  }
}
