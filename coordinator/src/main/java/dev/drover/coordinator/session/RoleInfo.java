package dev.drover.coordinator.session;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * What a server tells a role that connects.
 *
 * @param reported ParameterStatus values by name
 */
record RoleInfo(Map<String, String> reported, String searchPath) {
  RoleInfo {
    reported = Map.copyOf(reported);
    requireNonNull(searchPath);
  }
}
