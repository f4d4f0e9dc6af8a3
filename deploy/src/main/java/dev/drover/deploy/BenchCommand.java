package dev.drover.deploy;

import picocli.CommandLine.Command;

/** {@code drover bench}: measurements. */
@Command(
    name = "bench",
    description = "Measures a cluster.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "BENCHMARK",
    subcommands = {
      OltpCommand.class,
      SnapshotsCommand.class,
      MovesCommand.class,
      TpchCommand.class,
      TpcdsCommand.class
    })
final class BenchCommand {}
