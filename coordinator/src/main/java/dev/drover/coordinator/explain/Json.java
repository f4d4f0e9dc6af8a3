package dev.drover.coordinator.explain;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A value of JSON, with the order of an object's members and the digits of numbers kept. */
public sealed interface Json {
  /** Members in their order. */
  record Members(Map<String, Json> members) implements Json {
    public Members {
      members = new LinkedHashMap<>(members);
    }

    public Optional<Json> get(String name) {
      return Optional.ofNullable(members.get(name));
    }

    /** A number, if the member is there and is one. */
    public Optional<Double> number(String name) {
      return members.get(name) instanceof Literal(String text)
          ? Optional.of(Double.valueOf(text))
          : Optional.empty();
    }

    /** The same with more members, in front or behind. */
    public Members with(Map<String, Json> more, boolean inFront) {
      Map<String, Json> all = new LinkedHashMap<>(inFront ? more : members);
      all.putAll(inFront ? members : more);
      return new Members(all);
    }
  }

  /** Elements in their order. */
  record Elements(List<Json> elements) implements Json {
    public Elements {
      elements = List.copyOf(elements);
    }
  }

  /** A string. */
  record Text(String text) implements Json {
    public Text {
      requireNonNull(text);
    }
  }

  /** A number, or true, false, null: as it is written. */
  record Literal(String text) implements Json {
    public Literal {
      requireNonNull(text);
    }
  }

  static Json texts(List<String> texts) {
    return new Elements(texts.stream().<Json>map(Text::new).toList());
  }

  static Json number(long number) {
    return new Literal(Long.toString(number));
  }

  /** What a PostgreSQL server has written. */
  static Json parse(String text) {
    try (JsonParser parser = Reading.FACTORY.createParser(text)) {
      parser.nextToken();
      Json value = Reading.value(parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("more than one value of JSON");
      }
      return value;
    } catch (IOException e) {
      throw new IllegalArgumentException("no JSON", e);
    }
  }

  /** From the tokens of the library's parser, which are as they are written. */
  final class Reading {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Reading() {}

    private static Json value(JsonParser parser) throws IOException {
      return switch (parser.currentToken()) {
        case START_OBJECT -> members(parser);
        case START_ARRAY -> elements(parser);
        case VALUE_STRING -> new Text(parser.getText());
        case null -> throw new IllegalArgumentException("no value of JSON");
        default -> new Literal(parser.getText());
      };
    }

    private static Json members(JsonParser parser) throws IOException {
      Map<String, Json> members = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        members.put(name, value(parser));
      }
      return new Members(members);
    }

    private static Json elements(JsonParser parser) throws IOException {
      List<Json> elements = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(value(parser));
      }
      return new Elements(elements);
    }
  }
}
