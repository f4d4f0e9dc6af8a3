package dev.drover.agent.postgres;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * The generated password of a cluster's superusers, kept in a file that only its owner reads.
 *
 * <p>Threads: immutable.
 */
public final class Secret {
  private static final int LENGTH_BYTES = 24;

  private final String password;

  private Secret(String password) {
    if (password.isBlank()) {
      throw new IllegalArgumentException("empty secret");
    }
    this.password = password;
  }

  public static Secret generate() {
    byte[] bytes = new byte[LENGTH_BYTES];
    new SecureRandom().nextBytes(bytes);
    return new Secret(HexFormat.of().formatHex(bytes));
  }

  public static Secret read(Path file) {
    try {
      return new Secret(Files.readString(file, US_ASCII).strip());
    } catch (IOException e) {
      throw new ServerFailedException(
          "cannot read the cluster's secret: %s".formatted(e.getMessage()), e);
    }
  }

  /** Writes a new file; nobody else can read it at any moment. */
  public void write(Path file) throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    var ownerOnly = PosixFilePermissions.fromString("rw-------");
    try (var channel =
        Files.newByteChannel(file, options, PosixFilePermissions.asFileAttribute(ownerOnly))) {
      channel.write(US_ASCII.encode(password + "\n"));
    }
  }

  public String password() {
    return password;
  }

  @Override
  public String toString() {
    return "Secret[hidden]";
  }
}
