package dev.drover.deploy.cluster;

import java.util.Map;

/**
 * What datanodes of one machine are set to beyond what a server needs to be a member.
 *
 * <p>A query over the cluster runs on all of them at once. So each takes its share of the machine's
 * processors, where one server would take them all: workers that find no processor only cost. And
 * as all tables are partitioned there, aggregates are computed leaf by leaf, so that what passes
 * from a leaf to the rest of the plan is a group and not a row.
 */
final class DatanodeSettings {
  /** PostgreSQL's own default. */
  private static final int MOST_WORKERS = 2;

  private DatanodeSettings() {}

  static Map<String, String> of(int datanodes, int processors) {
    int workers = Math.clamp(processors / datanodes - 1, 0, MOST_WORKERS);
    return Map.of(
        "max_parallel_workers_per_gather",
        Integer.toString(workers),
        "enable_partitionwise_aggregate",
        "on");
  }
}
