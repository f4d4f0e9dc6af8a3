package dev.drover.tests.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and methods stay small enough to be read in one go. */
class SizeTest {
  private static final int FILE_LINES = 400;
  private static final int METHOD_LINES = 70;
  private static final int PARAMETERS = 5;
  private static final int NESTING = 3;
  private static final Pattern LINE_END = Pattern.compile("\n");

  private final Repository repository = Repository.find();
  private final List<Sizes.Method> methods = Sizes.measure(repository.javaFiles());

  @Test
  void noJavaFileIsLongerThan400Lines() {
    assertThat(repository.javaFiles())
        .filteredOn(file -> lineCount(file) > FILE_LINES)
        .map(file -> "%s %d".formatted(repository.show(file), lineCount(file)))
        .isEmpty();
  }

  @Test
  void noMethodIsLongerThan70Lines() {
    assertThat(describe(method -> method.lineCount() > METHOD_LINES)).isEmpty();
  }

  @Test
  void noMethodTakesMoreThanFiveParameters() {
    assertThat(describe(method -> method.parameters() > PARAMETERS)).isEmpty();
  }

  @Test
  void noMethodNestsDeeperThanThreeLevels() {
    assertThat(describe(method -> method.nesting() > NESTING)).isEmpty();
  }

  @Test
  void measuresWhatAReaderWouldCount(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("Sample.java");
    Files.writeString(
        file,
        """
        class Sample {
          int sample(int a, int b) {
            for (;;) {
              if (a > b) {
                return a;
              } else if (b > 1) {
                while (true) {}
              }
            }
          }
        }
        """);
    assertThat(Sizes.measure(List.of(file)))
        .containsExactly(new Sizes.Method(file, "sample", 2, 9, 2, 3));
  }

  private List<String> describe(Predicate<Sizes.Method> tooBig) {
    assertThat(methods).as("the parser finds methods").isNotEmpty();
    return methods.stream().filter(tooBig).map(method -> method.describe(repository)).toList();
  }

  private static long lineCount(Path file) {
    return LINE_END.matcher(Repository.text(file)).results().count();
  }
}
