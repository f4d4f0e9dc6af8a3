package dev.drover.coordinator.metadata;

import dev.drover.agent.postgres.PostgresBinaries;

class DdlOnBundledServersTest extends DdlOnServers {
  @Override
  PostgresBinaries binaries() {
    return PostgresBinaries.configured();
  }
}
