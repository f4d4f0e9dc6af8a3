package dev.drover.coordinator.metadata;

import dev.drover.agent.postgres.PostgresBinaries;

class ChangesOnBundledServersTest extends ChangesOnServers {
  @Override
  PostgresBinaries binaries() {
    return PostgresBinaries.configured();
  }
}
