package dev.drover.coordinator.insert;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import dev.drover.planner.plan.Plan.InsertTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The slot of a row whose values PostgreSQL has printed.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class TargetSlots {
  private static final int NOT_LISTED = -1;

  private final InsertTarget target;
  private final RoutingHash hash = new RoutingHash();

  public TargetSlots(InsertTarget target) {
    this.target = target;
  }

  public int of(List<byte[]> row, int modulus) {
    add(row);
    return hash.slot(modulus);
  }

  public int moduloOf(List<byte[]> row, int modulus) {
    add(row);
    return hash.moduloSlot(modulus);
  }

  private void add(List<byte[]> row) {
    hash.start();
    for (int i = 0; i < target.keyColumns().size(); i++) {
      int column = target.keyColumns().get(i);
      byte[] value = column == NOT_LISTED ? null : row.get(column);
      HashType type = target.keyTypes().get(i);
      if (value == null) {
        hash.addNull();
      } else if (!hash.addText(type, RoutingHash.NO_TYPMOD, value, 0, value.length)) {
        throw SqlError.of(
                SqlState.FEATURE_NOT_SUPPORTED,
                "the distribution key's value \""
                    + new String(value, StandardCharsets.UTF_8)
                    + "\" cannot be routed under the session's settings")
            .withHint("Set DateStyle to ISO.");
      }
    }
  }
}
