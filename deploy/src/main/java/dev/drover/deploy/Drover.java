package dev.drover.deploy;

import dev.drover.agent.postgres.ServerFailedException;
import dev.drover.deploy.cluster.ClusterException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code drover}. */
@Command(
    name = "drover",
    description = "Makes a herd of PostgreSQL servers behave as one database.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = DroverVersion.class,
    subcommands = {
      UpCommand.class,
      DownCommand.class,
      StatusCommand.class,
      NodeCommand.class,
      JobsCommand.class,
      DemoCommand.class,
      BenchCommand.class,
      CoordinatorCommand.class,
      GtmCommand.class,
      AgentCommand.class,
      RehearseCommand.class
    })
public final class Drover {
  private static final int FAILED = 1;

  private Drover() {}

  static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Drover()).setExecutionExceptionHandler(Drover::report);
  }

  /** One line for what a person can put right; all that is known for a bug. */
  private static int report(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) throws Exception {
    if (failure instanceof ClusterException || failure instanceof ServerFailedException) {
      command.getErr().println("drover: " + failure.getMessage());
      return FAILED;
    }
    throw failure;
  }
}
