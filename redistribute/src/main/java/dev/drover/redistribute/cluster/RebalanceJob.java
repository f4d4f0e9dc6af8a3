package dev.drover.redistribute.cluster;

import static java.util.Objects.requireNonNull;

import dev.drover.redistribute.change.ClusterChange;
import dev.drover.redistribute.change.Servers;
import dev.drover.redistribute.cluster.ClusterTables.Group;
import dev.drover.redistribute.job.Job;
import dev.drover.redistribute.job.JobControl;
import dev.drover.redistribute.job.JobFailed;
import dev.drover.redistribute.job.JobKind;
import dev.drover.redistribute.move.SlotMoves;
import dev.drover.redistribute.rebalance.GroupSlots;
import dev.drover.redistribute.rebalance.Rebalancing;
import dev.drover.redistribute.rebalance.SlotMove;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * ALTER CLUSTER REBALANCE: slots move until each node carries its share.
 *
 * <p>Arguments: what is counted ({@code bytes}, {@code rows} or {@code slots}), how far from its
 * share a node may be in percent, {@code plan} if nothing is to change, and {@code node=share} for
 * nodes whose share is not 1, by id.
 */
public record RebalanceJob(Servers servers, ClusterChange cluster, SlotMoves moves)
    implements JobKind {
  private static final double PERCENT = 100;
  private static final int FIRST_SHARE = 3;
  private static final long KILOBYTE = 1024;

  public RebalanceJob {
    requireNonNull(servers);
    requireNonNull(cluster);
    requireNonNull(moves);
  }

  @Override
  public String name() {
    return "rebalance";
  }

  @Override
  public String run(JobControl control) throws SQLException {
    Job job = control.job();
    ClusterTables tables = ClusterTables.read(control.catalog());
    LeafSizes sizes = LeafSizes.read(control.catalog(), tables.nodes(), servers);
    boolean onlyPlans = job.arguments().get(2).equals("plan");
    if (!JobMoves.exist(control)) {
      List<SlotMove> plan = plan(job, tables, sizes);
      if (onlyPlans) {
        return describe(plan, sizes);
      }
      new GroupChange(cluster, control, sizes).begin(plan);
    }
    return "moved %d slots".formatted(moves.run(control));
  }

  private static List<SlotMove> plan(Job job, ClusterTables tables, LeafSizes sizes) {
    Map<Integer, Double> shares = new TreeMap<>();
    tables.nodes().forEach(node -> shares.put(node, 1.0));
    for (String share : job.arguments().subList(FIRST_SHARE, job.arguments().size())) {
      int equals = share.indexOf('=');
      shares.put(
          Integer.valueOf(share.substring(0, equals)), Double.valueOf(share.substring(equals + 1)));
    }
    if (shares.values().stream().allMatch(s -> s == 0)) {
      throw new JobFailed("one node at least must have a weight above 0");
    }
    List<GroupSlots> groups =
        tables.groups().stream()
            .filter(group -> !group.tables().isEmpty())
            .map(group -> slots(group, job.arguments().getFirst(), sizes))
            .toList();
    double tolerance = Double.parseDouble(job.arguments().get(1)) / PERCENT;
    return Rebalancing.plan(groups, shares, tolerance);
  }

  private static GroupSlots slots(Group group, String counted, LeafSizes sizes) {
    List<Long> loads =
        IntStream.range(0, group.slots().size())
            .mapToObj(slot -> load(sizes.of(group.id(), slot), counted))
            .toList();
    return new GroupSlots(group.id(), group.nodes(), group.slots(), loads);
  }

  private static long load(LeafSizes.Size size, String counted) {
    return switch (counted) {
      case "bytes" -> size.bytes();
      case "rows" -> size.rows();
      default -> 1;
    };
  }

  /** One line for each way, then each slot. */
  private String describe(List<SlotMove> plan, LeafSizes sizes) {
    List<String> lines = new ArrayList<>();
    long bytes = 0;
    for (SlotMove move : plan) {
      LeafSizes.Size size = sizes.of(move.group(), move.slot());
      bytes += size.bytes();
      lines.add(
          "slot %d of group %d: %s -> %s, %d kB, %d rows"
              .formatted(
                  move.slot(),
                  move.group(),
                  servers.name(move.source()),
                  servers.name(move.target()),
                  size.bytes() / KILOBYTE,
                  size.rows()));
    }
    lines.addFirst("%d slots would move, %d kB".formatted(plan.size(), bytes / KILOBYTE));
    return String.join("\n", lines);
  }
}
