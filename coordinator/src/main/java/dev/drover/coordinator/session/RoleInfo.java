package dev.drover.coordinator.session;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.txn.TransactionDefaults;
import java.util.Map;

/**
 * What a server tells a role that connects.
 *
 * @param reported ParameterStatus values by name
 */
record RoleInfo(Map<String, String> reported, String searchPath, TransactionDefaults transactions) {
  RoleInfo {
    reported = Map.copyOf(reported);
    requireNonNull(searchPath);
    requireNonNull(transactions);
  }
}
