package dev.drover.deploy;

import dev.drover.deploy.cluster.ClusterDirectory;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says which cluster is meant. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "the cluster's directory (default: ~/.drover/default; /var/lib/drover/default for root)")
  private Optional<Path> data = Optional.empty();

  ClusterDirectory directory() {
    return new ClusterDirectory(data.orElseGet(ClusterDirectory::defaultRoot));
  }
}
