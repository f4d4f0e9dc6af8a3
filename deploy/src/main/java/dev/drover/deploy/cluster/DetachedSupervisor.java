package dev.drover.deploy.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Leaves a cluster running in the background. */
public final class DetachedSupervisor {
  /** Tells the background process what it is. */
  public static final String OPTION = "--detached-child";

  private DetachedSupervisor() {}

  /** Returns when the cluster is ready. */
  public static void start(ClusterDirectory directory, boolean isSingleJvm) {
    List<String> arguments =
        new ArrayList<>(List.of("up", OPTION, "--data", directory.root().toString()));
    if (isSingleJvm) {
      arguments.add("--single-jvm");
    }
    Path output = directory.logFile("supervisor.err");
    try {
      Process process =
          new ProcessBuilder(MemberCommand.ofDetachedSupervisor(directory, arguments))
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectError(output.toFile())
              .start();
      awaitReady(process, output);
    } catch (IOException e) {
      throw new ClusterException("cannot start in the background: " + e.getMessage(), e);
    }
  }

  private static void awaitReady(Process process, Path output) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(MemberProcess.READY)) {
          return;
        }
        if (line.startsWith(MemberProcess.FAILED)) {
          throw new ClusterException(line.substring(MemberProcess.FAILED.length()));
        }
      }
    }
    throw new ClusterException("the background process ended; see " + output);
  }
}
