package dev.drover.deploy;

import picocli.CommandLine.Option;

/** How long and how often a benchmark runs what it measures. */
final class RunsOption {
  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "length of each run (default: ${DEFAULT-VALUE})",
      defaultValue = "8")
  private int seconds;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "runs of each figure on each side (default: ${DEFAULT-VALUE})",
      defaultValue = "3")
  private int runs;

  int seconds() {
    return seconds;
  }

  int runs() {
    return runs;
  }
}
