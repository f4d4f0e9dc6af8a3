package dev.drover.planner.sql;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The statements of the corpus files: paragraphs, notes left out. */
final class Corpus {
  private static final Path FOLDER = Path.of("src/test/resources/sql");
  private static final List<String> ACCEPTED =
      List.of("accepted.sql", "accepted-utility.sql", "accepted-newer.sql", "accepted-drover.sql");

  private Corpus() {}

  static List<String> accepted() {
    return ACCEPTED.stream().flatMap(Corpus::read).toList();
  }

  static List<String> rejected() {
    return read("rejected.sql").toList();
  }

  private static Stream<String> read(String file) {
    try {
      String all = Files.readString(FOLDER.resolve(file), StandardCharsets.UTF_8);
      return Stream.of(all.split("\n\\s*\n", -1))
          .map(String::strip)
          .filter(s -> !s.isEmpty() && !s.startsWith("--!"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The only statement of a text. */
  static Statement statement(String text) {
    List<ParsedStatement> parsed = SqlParser.parse(utf8(text));
    if (parsed.size() != 1) {
      throw new IllegalArgumentException(text);
    }
    return parsed.getFirst().statement();
  }

  static <S extends Statement> S statement(String text, Class<S> kind) {
    return kind.cast(statement(text));
  }
}
