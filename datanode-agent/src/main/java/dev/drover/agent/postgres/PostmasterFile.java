package dev.drover.agent.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a postmaster writes about itself into its data directory.
 *
 * <p>Source: PostgreSQL 18, src/include/utils/pidfile.h.
 */
record PostmasterFile(long pid, int port, String socketDirectory, String status) {
  private static final int PORT_LINE = 3;
  private static final int SOCKET_DIRECTORY_LINE = 4;
  private static final int STATUS_LINE = 7;

  static Path in(Path dataDirectory) {
    return dataDirectory.resolve("postmaster.pid");
  }

  /** Empty when there is no such file, or only the beginning of one. */
  static Optional<PostmasterFile> read(Path dataDirectory) {
    try {
      return parse(Files.readAllLines(in(dataDirectory), UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new ServerFailedException("cannot read " + in(dataDirectory), e);
    }
  }

  static Optional<PostmasterFile> parse(List<String> lines) {
    if (lines.size() <= SOCKET_DIRECTORY_LINE || lines.get(PORT_LINE).isBlank()) {
      return Optional.empty();
    }
    String status = lines.size() > STATUS_LINE ? lines.get(STATUS_LINE).strip() : "";
    return Optional.of(
        new PostmasterFile(
            Long.parseLong(lines.get(0).strip()),
            Integer.parseInt(lines.get(PORT_LINE).strip()),
            lines.get(SOCKET_DIRECTORY_LINE).strip(),
            status));
  }

  boolean isReady() {
    return status.equals("ready") || status.equals("standby");
  }
}
