package dev.drover.agent.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The operating system user that PostgreSQL servers run as.
 *
 * <p>PostgreSQL refuses to run as root, so a process of root starts its servers as another user;
 * everybody else starts them as themselves.
 *
 * <p>Threads: immutable.
 */
public final class ServerUser {
  private static final String OVERRIDE = "DROVER_SERVER_USER";
  private static final List<String> CANDIDATES = List.of("postgres", "nobody");
  private static final List<Path> PROGRAM_DIRECTORIES =
      List.of(Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/sbin"), Path.of("/sbin"));

  private final String name;
  private final boolean isSelf;
  private final List<String> prefix;

  private ServerUser(String name, boolean isSelf, List<String> prefix) {
    this.name = name;
    this.isSelf = isSelf;
    this.prefix = List.copyOf(prefix);
  }

  /** The user for servers of this process; the environment may name another for root. */
  public static ServerUser current() {
    String self = System.getProperty("user.name");
    if (!isRoot()) {
      return new ServerUser(self, true, List.of());
    }
    Optional<String> override = Optional.ofNullable(System.getenv(OVERRIDE));
    List<String> names = override.map(List::of).orElse(CANDIDATES);
    return names.stream()
        .filter(ServerUser::exists)
        .findFirst()
        .map(name -> new ServerUser(name, false, switchTo(name)))
        .orElseThrow(
            () ->
                new ServerFailedException(
                    "PostgreSQL does not run as root and no user of "
                        + names
                        + " exists; set "
                        + OVERRIDE));
  }

  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  public String name() {
    return name;
  }

  /** The same command, to be run as this user. */
  public List<String> command(List<String> command) {
    if (isSelf) {
      return command;
    }
    List<String> prefixed = new ArrayList<>(prefix);
    prefixed.addAll(command);
    return prefixed;
  }

  /**
   * The same command, to be run as this user and to get SIGINT when its parent thread dies, however
   * that happens. Where the system has no way to ask for that, the plain command.
   */
  public List<String> commandBoundToParent(List<String> command) {
    Optional<Path> setpriv = program("setpriv");
    if (setpriv.isEmpty()) {
      return command(command);
    }
    List<String> prefixed = new ArrayList<>(isSelf ? List.of(setpriv.get().toString()) : prefix);
    prefixed.add("--pdeathsig");
    prefixed.add("INT");
    prefixed.addAll(command);
    return prefixed;
  }

  /** Makes this user the owner of a file or directory. */
  public void own(Path path) {
    if (isSelf) {
      return;
    }
    try {
      Files.setOwner(
          path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name));
    } catch (IOException e) {
      throw new ServerFailedException(
          "cannot make %s the owner of %s: %s".formatted(name, path, e.getMessage()), e);
    }
  }

  public boolean owns(Path path) throws IOException {
    return Files.getOwner(path).getName().equals(name);
  }

  /** Refuses a directory whose parents this user may not pass. */
  public void requireReachable(Path directory) {
    if (isSelf) {
      return;
    }
    try {
      Commands.run(command(List.of("sh", "-c", "test -x \"$0\"", directory.toString())));
    } catch (ServerFailedException e) {
      throw new ServerFailedException(
          "user %s, who runs the servers for root, has no access to %s; choose another directory"
              .formatted(name, directory),
          e);
    }
  }

  private static List<String> switchTo(String name) {
    Optional<Path> setpriv = program("setpriv");
    if (setpriv.isPresent()) {
      String group = Commands.run(List.of("id", "-g", name));
      return List.of(
          setpriv.get().toString(), "--reuid=" + name, "--regid=" + group, "--init-groups");
    }
    return program("runuser")
        .map(runuser -> List.of(runuser.toString(), "-u", name, "--"))
        .orElseThrow(
            () ->
                new ServerFailedException(
                    "neither setpriv nor runuser (package util-linux) is installed"));
  }

  private static boolean exists(String name) {
    try {
      Path.of("/").getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<Path> program(String name) {
    return PROGRAM_DIRECTORIES.stream()
        .map(directory -> directory.resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
