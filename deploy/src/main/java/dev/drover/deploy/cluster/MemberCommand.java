package dev.drover.deploy.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The command line that runs one member as a process of its own. */
final class MemberCommand {
  /** By name: this package is below the commands. */
  private static final String MAIN_CLASS = "dev.drover.deploy.Drover";

  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
  private static final List<String> COMMON =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-Dio.netty.leakDetection.level=disabled");
  private static final List<String> SMALL =
      List.of("-Xmx64m", "-XX:MaxDirectMemorySize=32m", "-XX:TieredStopAtLevel=1");
  private static final List<String> COORDINATOR =
      List.of("-Xmx192m", "-XX:MaxDirectMemorySize=128m");

  private MemberCommand() {}

  /** In a session of its own, so that Ctrl-C at the terminal reaches only the supervisor. */
  static List<String> of(Member member, ClusterDirectory directory) {
    List<String> command = new ArrayList<>(ownSession());
    command.addAll(java(heap(member), directory, member.label()));
    command.add(MemberStart.class.getName());
    command.add(directory.root().toString());
    command.add(member.label());
    return command;
  }

  /** A supervisor that outlives its starter. */
  static List<String> ofDetachedSupervisor(ClusterDirectory directory, List<String> arguments) {
    List<String> command = new ArrayList<>(ownSession());
    command.addAll(java(SMALL, directory, "supervisor"));
    command.add(MAIN_CLASS);
    command.addAll(arguments);
    return command;
  }

  private static List<String> heap(Member member) {
    return switch (member) {
      case Member.Gtm _, Member.Node _ -> SMALL;
      case Member.Coordinator _, Member.ExtraCoordinator _ -> COORDINATOR;
    };
  }

  private static List<String> java(List<String> options, ClusterDirectory directory, String label) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(COMMON);
    command.addAll(options);
    aotCache().ifPresent(cache -> command.add("-XX:AOTCache=" + cache));
    command.add("-Ddrover.log=" + directory.logFile(label));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    return command;
  }

  /** What the launcher script made ready; a process without it only starts more slowly. */
  private static Optional<String> aotCache() {
    return Optional.ofNullable(System.getProperty("drover.aot")).filter(s -> !s.isBlank());
  }

  private static List<String> ownSession() {
    return SETSID.stream().filter(Files::isExecutable).findFirst().stream()
        .map(Path::toString)
        .toList();
  }
}
