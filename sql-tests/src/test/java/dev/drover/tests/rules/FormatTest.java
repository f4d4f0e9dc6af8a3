package dev.drover.tests.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every Java file is as google-java-format writes it; {@code -Dtidy.apply} rewrites the others.
 *
 * <p>The formatter is called here and not by a plugin of the build, because it parses with the
 * javac of the JVM that it runs in, and Maven itself may run on an older one.
 */
class FormatTest {
  private static final boolean APPLY = System.getProperty("tidy.apply") != null;

  private final Repository repository = Repository.find();

  @Test
  void everyJavaFileIsFormatted() {
    List<Path> files = repository.javaFiles();
    assertThat(files).as("the walk finds this very file").anyMatch(f -> f.endsWith(ownName()));
    List<String> unformatted =
        files.parallelStream().filter(file -> !isFormatted(file)).map(repository::show).toList();
    assertThat(unformatted).as("files to format; run with -Dtidy.apply").isEmpty();
  }

  private static String ownName() {
    return FormatTest.class.getSimpleName() + ".java";
  }

  private static boolean isFormatted(Path file) {
    String source = Repository.text(file);
    String formatted = format(file, source);
    if (APPLY && !formatted.equals(source)) {
      write(file, formatted);
      return true;
    }
    return formatted.equals(source);
  }

  private static String format(Path file, String source) {
    try {
      return new Formatter().formatSourceAndFixImports(source);
    } catch (FormatterException e) {
      throw new IllegalStateException("cannot parse " + file, e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
