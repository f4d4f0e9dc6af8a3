package dev.drover.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.agent.postgres.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterDirectoryTest {
  @TempDir private Path parent;

  @Test
  void aNewClusterHasAClosedSecretAndThreeDatanodesUnlessToldOtherwise() throws IOException {
    ClusterDirectory directory = directory();
    ClusterSettings settings = plan(Optional.empty(), Optional.empty()).apply(directory);
    assertThat(settings.datanodes())
        .extracting(NodePort::name)
        .containsExactly("dn1", "dn2", "dn3");
    assertThat(directory.settings()).isEqualTo(settings);
    Path secret = directory.root().resolve("secret");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
        .isEqualTo("rw-------");
    assertThat(directory.secret().password()).hasSize(48);
  }

  @Test
  void thePortMayChangeAndTheNumberOfDatanodesMayNot() {
    ClusterDirectory directory = directory();
    ClusterSettings first = plan(Optional.of(2), Optional.empty()).apply(directory);
    int other = FreePorts.one();
    ClusterSettings second = plan(Optional.empty(), Optional.of(other)).apply(directory);
    assertThat(second).isEqualTo(first.withPort(other));
    assertThatThrownBy(() -> plan(Optional.of(3), Optional.empty()).apply(directory))
        .hasMessage("the cluster in %s has 2 datanodes".formatted(directory.root()));
  }

  @Test
  void somebodyElsesDirectoryIsLeftAlone() throws IOException {
    ClusterDirectory directory = directory();
    Files.createDirectories(directory.root());
    Files.writeString(directory.root().resolve("thesis.txt"), "years of work");
    assertThatThrownBy(() -> plan(Optional.empty(), Optional.empty()).apply(directory))
        .hasMessageEndingWith("is neither empty nor a cluster of Drover");
    assertThat(directory.root()).isDirectoryContaining("glob:**thesis.txt");
  }

  @Test
  void aDirectoryWithoutAClusterSaysSo() {
    assertThatThrownBy(() -> directory().settings())
        .hasMessage("no cluster in " + directory().root());
  }

  @Test
  void aRunFileKnowsItsProcessFromALaterOneWithTheSamePid() throws IOException {
    ClusterDirectory directory = directory();
    RunFile.write(directory, "gtm", ProcessHandle.current());
    assertThat(RunFile.living(directory, "gtm")).contains(ProcessHandle.current());
    Files.writeString(directory.runFile("gtm.pid"), ProcessHandle.current().pid() + " 1\n");
    assertThat(RunFile.living(directory, "gtm")).isEmpty();
  }

  private ClusterDirectory directory() {
    return new ClusterDirectory(parent.resolve("cluster"));
  }

  private static ClusterPlan plan(Optional<Integer> datanodes, Optional<Integer> port) {
    return new ClusterPlan(
        datanodes,
        Optional.empty(),
        port,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
