package dev.drover.tests.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The shape of the repository: what lies where, and what every module and package must say. */
class RepositoryTest {
  private static final Set<String> ROOT_FILES =
      Set.of("pom.xml", "README.md", "CHANGELOG.md", "LICENSE", "drover");
  private static final Set<String> ROOT_FOLDERS =
      Set.of(
          "docs",
          "pgwire",
          "planner",
          "gtm",
          "datanode-agent",
          "redistribute",
          "coordinator",
          "deploy",
          "sql-tests",
          "target");
  private static final List<String> README_HEADINGS =
      List.of("Purpose", "Main types", "Flow", "Invariants", "Not here");
  private static final Set<String> BAD_PACKAGE_NAMES =
      Set.of("util", "utils", "common", "impl", "helper", "helpers", "manager", "managers");
  private static final Pattern BAD_TYPE_NAME =
      Pattern.compile(".*(Util|Utils|Helper|Manager|Impl)");
  private static final Pattern LEFT_OVER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern POM_WITH_HOST =
      Pattern.compile("<(repositories|pluginRepositories|distributionManagement|url)>");
  private static final Pattern TEST_METHOD = Pattern.compile("(?m)^  @Test$");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*?) *$");

  private final Repository repository = Repository.find();

  @Test
  void theRootHoldsOnlyWhatTheArchitectureNames() {
    assertThat(repository.children(repository.root()))
        .filteredOn(path -> !path.getFileName().toString().startsWith("."))
        .allSatisfy(
            path ->
                assertThat(Files.isDirectory(path) ? ROOT_FOLDERS : ROOT_FILES)
                    .contains(path.getFileName().toString()));
  }

  @Test
  void everyPackageHasAPackageInfo() {
    Set<String> packages = new TreeSet<>();
    Set<String> described = new TreeSet<>();
    for (Path file : repository.javaFiles()) {
      String folder = packageFolder(file);
      packages.add(folder);
      if (file.endsWith("package-info.java")) {
        described.add(folder);
      }
    }
    packages.removeAll(described);
    assertThat(packages).as("packages without package-info.java").isEmpty();
  }

  @Test
  void everyPackageInfoSaysWhatItsPackageIsFor() {
    assertThat(repository.javaFiles())
        .filteredOn(file -> file.endsWith("package-info.java"))
        .isNotEmpty()
        .allSatisfy(file -> assertThat(Repository.text(file)).startsWith("/**"));
  }

  @Test
  void everyModuleReadmeHasTheFiveHeadings() {
    List<String> lacking =
        repository.modules().stream()
            .filter(module -> !headings(module).containsAll(README_HEADINGS))
            .map(module -> repository.show(module) + "/README.md")
            .toList();
    assertThat(lacking).as("READMEs that lack one of %s", README_HEADINGS).isEmpty();
  }

  @Test
  void noSourceHasANoteForLater() {
    assertThat(repository.files(RepositoryTest::isText))
        .isNotEmpty()
        .allSatisfy(file -> assertThat(Repository.text(file)).doesNotContainPattern(LEFT_OVER));
  }

  @Test
  void noPomNamesAHostToDownloadFrom() {
    assertThat(repository.files(file -> file.endsWith("pom.xml")))
        .hasSizeGreaterThan(1)
        .allSatisfy(pom -> assertThat(Repository.text(pom)).doesNotContainPattern(POM_WITH_HOST));
  }

  @Test
  void namesSayWhatAThingIs() {
    assertThat(repository.javaFiles())
        .allSatisfy(
            file -> {
              Path name = file.getFileName();
              assertThat(name.toString().replace(".java", "")).doesNotMatch(BAD_TYPE_NAME);
              assertThat(BAD_PACKAGE_NAMES)
                  .doesNotContain(file.getParent().getFileName().toString());
            });
  }

  /** Others are not run; an abstract class is run by those that extend it. */
  @Test
  void everyTestMethodHasAHomeInATestClass() {
    List<String> homeless =
        repository.javaFiles().stream()
            .filter(file -> !file.toString().endsWith("Test.java"))
            .filter(file -> TEST_METHOD.matcher(Repository.text(file)).find())
            .filter(file -> !Repository.text(file).contains("abstract class"))
            .map(repository::show)
            .toList();
    assertThat(homeless).isEmpty();
  }

  private String packageFolder(Path file) {
    Path folder = repository.root().relativize(file.getParent());
    String module = folder.getName(0).toString();
    return module + ":" + folder.subpath(4, folder.getNameCount());
  }

  private static Set<String> headings(Path module) {
    Path readme = module.resolve("README.md");
    if (!Files.exists(readme)) {
      return Set.of();
    }
    return HEADING
        .matcher(Repository.text(readme))
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  private static boolean isText(Path file) {
    return Pattern.matches(".*\\.(java|md|xml|sql|properties|test|spec)", file.toString());
  }
}
