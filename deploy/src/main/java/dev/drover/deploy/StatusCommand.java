package dev.drover.deploy;

import dev.drover.deploy.cluster.ClusterHealth;
import dev.drover.deploy.cluster.ClusterHealth.MemberHealth;
import dev.drover.deploy.cluster.ClusterHealth.State;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code drover status}: a table of processes; exit code 0 only if all are well. */
@Command(
    name = "status",
    description = "Shows the processes of a cluster and whether they are well.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final String ROW = "%-14s %8s %6s  %-8s  %s";
  private static final int NOT_WELL = 3;

  @Mixin private DataOption data;

  @Override
  public Integer call() {
    List<MemberHealth> members = ClusterHealth.of(data.directory());
    IO.println(ROW.formatted("PROCESS", "PID", "PORT", "STATE", "DETAIL"));
    members.forEach(member -> IO.println(row(member)));
    boolean isWell = members.stream().allMatch(member -> member.state() == State.HEALTHY);
    return isWell ? 0 : NOT_WELL;
  }

  private static String row(MemberHealth member) {
    return ROW.formatted(
        member.name(),
        member.processId().map(pid -> Long.toString(pid)).orElse("-"),
        member.port(),
        member.state().name().toLowerCase(Locale.ROOT),
        member.detail());
  }
}
