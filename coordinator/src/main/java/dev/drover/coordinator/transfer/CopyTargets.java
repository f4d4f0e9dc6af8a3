package dev.drover.coordinator.transfer;

import dev.drover.coordinator.txn.Participant;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.ShardMap;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the servers that get a COPY can do. */
final class CopyTargets {
  private static final Pattern MAJOR = Pattern.compile("\\d+");

  /** Since then a line of {@code \.} is no end of the data in CSV. */
  private static final int NO_END_MARKER_IN_CSV = 18;

  /** With more leaves on a node, one COPY of the table costs the server more than one of each. */
  private static final int FEW_LEAVES = 12;

  private CopyTargets() {}

  /** Is the table cut into so many leaves on some node that they are better filled one by one? */
  static boolean hasManyLeaves(Distribution distribution) {
    return switch (distribution) {
      case Distribution.Hash hash -> hasManyLeaves(hash.shards());
      case Distribution.Modulo modulo -> hasManyLeaves(modulo.shards());
      case Distribution.Replicated _, Distribution.RoundRobin _, Distribution.CatalogNode _ ->
          false;
    };
  }

  private static boolean hasManyLeaves(ShardMap shards) {
    return shards.nodes().stream().anyMatch(node -> shards.slotsOf(node).length > FEW_LEAVES);
  }

  /** Does a line of {@code \.} end the data of a CSV, for any of them? */
  static boolean endMarkerInCsv(List<Participant> targets) {
    return targets.stream().anyMatch(target -> major(target) < NO_END_MARKER_IN_CSV);
  }

  private static int major(Participant target) {
    String version = target.backend().link().parameters().getOrDefault("server_version", "");
    Matcher matcher = MAJOR.matcher(version);
    return matcher.find() ? Integer.parseInt(matcher.group()) : 0;
  }
}
