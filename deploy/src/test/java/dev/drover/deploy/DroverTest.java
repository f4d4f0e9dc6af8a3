package dev.drover.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DroverTest {
  @TempDir private Path parent;

  private final StringWriter errors = new StringWriter();

  @Test
  void aMissingClusterIsOneLineAndNotASuccess() {
    assertThat(run("status")).isNotZero();
    assertThat(errors.toString()).isEqualTo("drover: no cluster in " + data() + "\n");
  }

  @Test
  void aDirectoryThatIsNoInstallationOfPostgresIsNamed() {
    assertThat(run("up", "--detach", "--postgres", parent.toString())).isNotZero();
    assertThat(errors.toString())
        .isEqualTo(
            "drover: no PostgreSQL installation in %s: postgres is missing%n".formatted(parent));
    assertThat(data()).as("a cluster that cannot run").doesNotExist();
  }

  @Test
  void aPortThatIsInUseIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertThat(run("up", "--detach", "--port", port)).isNotZero();
      assertThat(errors.toString())
          .isEqualTo("drover: port %s, meant for coordinator, is in use%n".formatted(port));
      assertThat(data()).as("a cluster that cannot run").doesNotExist();
    }
  }

  @Test
  void somethingThatIsNoPortIsRefused() {
    assertThat(run("up", "--port", "70000")).isNotZero();
    assertThat(errors.toString()).isEqualTo("drover: not a port: 70000\n");
  }

  @Test
  void anUnknownAuthenticationIsRefused() throws IOException {
    assertThat(run("up", "--auth", "hope")).isNotZero();
    assertThat(errors.toString())
        .isEqualTo("drover: no such authentication: hope (trust or scram)\n");
    assertThat(Files.exists(data())).isFalse();
  }

  @Test
  void aPlaceWhereNoDirectoryCanBeIsExplained() throws IOException {
    Files.writeString(data(), "a file");
    assertThat(run("up")).isNotZero();
    assertThat(errors.toString())
        .isEqualTo(
            "drover: cannot create a cluster in %s: %s is not a directory%n"
                .formatted(data(), data()));
  }

  private Path data() {
    return parent.resolve("cluster");
  }

  private int run(String... arguments) {
    CommandLine command = Drover.commandLine().setErr(new PrintWriter(errors, true));
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--data";
    all[arguments.length + 1] = data().toString();
    return command.execute(all);
  }
}
