package dev.drover.deploy;

import picocli.CommandLine.Command;

/** {@code drover bench}: measurements. */
@Command(
    name = "bench",
    description = "Measures a cluster beside a plain PostgreSQL.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "BENCHMARK",
    subcommands = OltpCommand.class)
final class BenchCommand {}
