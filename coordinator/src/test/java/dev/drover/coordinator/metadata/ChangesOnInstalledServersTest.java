package dev.drover.coordinator.metadata;

import dev.drover.agent.postgres.PostgresBinaries;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIf;

/** The oldest supported release, where Debian's packages have installed it. */
@EnabledIf("isInstalled")
class ChangesOnInstalledServersTest extends ChangesOnServers {
  private static final Path POSTGRES_15 = Path.of("/usr/lib/postgresql/15");

  static boolean isInstalled() {
    return Files.isExecutable(POSTGRES_15.resolve("bin/postgres"));
  }

  @Override
  PostgresBinaries binaries() {
    return PostgresBinaries.installed(POSTGRES_15);
  }
}
