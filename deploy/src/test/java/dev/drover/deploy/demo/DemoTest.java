package dev.drover.deploy.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.postgres.FreePorts;
import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.deploy.cluster.ClusterPlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The whole tour, with fewer rows, on a cluster of processes. */
class DemoTest {
  private static final Shop SMALL = new Shop(500, 5_000, 1_000);

  @Test
  void everyCheckPassesThoughAServerIsKilled() throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Screen screen = Screen.of(new PrintStream(output, true, UTF_8));
    Path root =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "drover-demo-test-" + ProcessHandle.current().pid());
    ClusterDirectory directory = new ClusterDirectory(root);
    new ClusterPlan(
            Optional.of(2),
            Optional.empty(),
            Optional.of(FreePorts.one()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty())
        .apply(directory);
    try (DemoCluster cluster = new DemoCluster(directory, true)) {
      cluster.start();
      boolean passed = new Demo(cluster, screen, SMALL).run();
      assertThat(output.toString(UTF_8)).contains("kill -9").contains("checks passed.");
      assertThat(passed).isTrue();
    }
    assertThat(root).doesNotExist();
  }
}
