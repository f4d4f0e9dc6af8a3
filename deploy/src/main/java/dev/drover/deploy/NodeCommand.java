package dev.drover.deploy;

import picocli.CommandLine.Command;

/** {@code drover node}: datanodes come and go while the cluster is used. */
@Command(
    name = "node",
    description = "Adds a datanode to a running cluster, or removes one.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {NodeAddCommand.class, NodeRemoveCommand.class})
final class NodeCommand {}
