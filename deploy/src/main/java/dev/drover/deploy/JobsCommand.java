package dev.drover.deploy;

import dev.drover.deploy.nodes.JobsTable;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drover jobs}: what is under way, and what was. */
@Command(
    name = "jobs",
    description = "Shows the cluster's jobs: moves of tables, and nodes that come and go.",
    mixinStandardHelpOptions = true)
final class JobsCommand implements Callable<Integer> {
  @Mixin private DataOption data;

  @Option(names = "--watch", description = "again every second, until no job is under way")
  private boolean watch;

  @Override
  public Integer call() {
    try (JobsTable jobs = JobsTable.of(data.directory())) {
      jobs.print();
      while (watch && jobs.areUnderWay()) {
        jobs.pause();
        IO.println("");
        jobs.print();
      }
    }
    return 0;
  }
}
