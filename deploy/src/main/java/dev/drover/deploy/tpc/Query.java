package dev.drover.deploy.tpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A query of a suite, from a resource; some have two statements.
 *
 * <p>A text that says {@code -- Unordered.} has rows that may come in any order. All others order
 * their rows totally, by more than the specification asks where that leaves ties: a LIMIT would
 * else answer differently from run to run.
 */
public record Query(String name, List<String> statements, boolean isOrdered) {
  private static final String UNORDERED = "-- Unordered.";

  public Query {
    statements = List.copyOf(statements);
  }

  /** Reads {@code suite/name.sql}; parameters stand in it as {@code :name}. */
  static Query read(String suite, String name, Map<String, String> parameters) {
    String resource = suite + "/" + name + ".sql";
    try (InputStream in = Query.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      String text = new String(in.readAllBytes(), UTF_8);
      boolean isOrdered = !text.contains(UNORDERED);
      for (Map.Entry<String, String> parameter : parameters.entrySet()) {
        text = text.replace(":" + parameter.getKey(), parameter.getValue());
      }
      return new Query(name, split(text), isOrdered);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> split(String text) {
    return Arrays.stream(text.split(";\n", -1))
        .map(String::strip)
        .filter(s -> !s.isEmpty())
        .toList();
  }
}
