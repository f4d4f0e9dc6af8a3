package dev.drover.deploy;

import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParseResult;

/** What units, the container file and the documents run is read by the real command line. */
class DeploymentFilesTest {
  private static final Path MODULE = Path.of("");
  private static final Path ROOT = Path.of("..");

  /** What a unit's instance is called. */
  private static final Map<String, String> INSTANCES =
      Map.of("gtm", "1", "agent", "dn1", "coordinator", "1");

  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"");

  @Test
  void eachUnitStartsWhatItIsNamedAfter() throws IOException {
    List<String> started = new ArrayList<>();
    for (Path unit : files(MODULE.resolve("systemd"))) {
      String text = Files.readString(unit);
      List<String> commands = text.lines().filter(l -> l.startsWith("ExecStart=")).toList();
      assertThat(commands).as(unit.toString()).hasSize(1);
      String name = unit.getFileName().toString().replaceFirst("^drover-?", "");
      String subcommand = name.equals(".service") ? "up" : name.replace("@.service", "");
      String line = commands.getFirst().substring("ExecStart=".length());
      ParseResult parsed = parse(line.replace("%i", INSTANCES.getOrDefault(subcommand, "")));
      assertThat(parsed.subcommand().commandSpec().name()).isEqualTo(subcommand);
      assertThat(text).contains("KillMode=mixed", "SuccessExitStatus=143");
      started.add(subcommand);
    }
    assertThat(started).containsExactlyInAnyOrder("up", "gtm", "agent", "coordinator");
  }

  @Test
  void theContainerRunsWhatThereIs() throws IOException {
    String file = Files.readString(MODULE.resolve("container").resolve("Dockerfile"));
    List<List<String>> lists =
        file.lines()
            .filter(l -> l.matches("(ENTRYPOINT|CMD|HEALTHCHECK) .*"))
            .map(DeploymentFilesTest::words)
            .toList();
    assertThat(lists).hasSize(3);
    List<String> entry = new ArrayList<>(lists.get(1));
    entry.addAll(lists.get(2));
    assertThat(parse(entry).subcommand().commandSpec().name()).isEqualTo("up");
    assertThat(parse(lists.getFirst()).subcommand().commandSpec().name()).isEqualTo("status");
    assertThat(entry).startsWith("/opt/drover/drover");
    assertThat(ROOT.resolve("drover")).isExecutable();
  }

  @Test
  void everyCommandOfTheDocumentsIsOne() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    documents.addAll(files(ROOT.resolve("docs")));
    List<String> commands = new ArrayList<>();
    for (Path document : documents) {
      Files.readString(document)
          .lines()
          .filter(line -> line.startsWith("./drover "))
          .map(line -> line.replaceFirst("\\s+#.*", ""))
          .filter(not(line -> line.contains("COMMAND")))
          .forEach(commands::add);
    }
    assertThat(commands).hasSizeGreaterThan(20);
    commands.forEach(DeploymentFilesTest::parse);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<String> words(String line) {
    return WORD.matcher(line).results().map(m -> m.group(1)).toList();
  }

  private static ParseResult parse(String line) {
    return parse(Stream.of(line.split(" ")).collect(Collectors.toList()));
  }

  /** Fails where the command line would. */
  private static ParseResult parse(List<String> words) {
    return Drover.commandLine().parseArgs(words.subList(1, words.size()).toArray(String[]::new));
  }
}
