package dev.drover.coordinator.explain;

import static java.util.Objects.requireNonNull;

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
    return new Parser(text).document();
  }

  /** One pass over the text. */
  final class Parser {
    private final String text;
    private int at;

    private Parser(String text) {
      this.text = text;
    }

    private Json document() {
      Json value = value();
      skipBlanks();
      if (at != text.length()) {
        throw malformed();
      }
      return value;
    }

    private Json value() {
      skipBlanks();
      return switch (peek()) {
        case '{' -> members();
        case '[' -> elements();
        case '"' -> new Text(string());
        default -> literal();
      };
    }

    private Json members() {
      Map<String, Json> members = new LinkedHashMap<>();
      at++;
      skipBlanks();
      while (peek() != '}') {
        String name = string();
        skipBlanks();
        take(':');
        members.put(name, value());
        next('}');
      }
      at++;
      return new Members(members);
    }

    private Json elements() {
      List<Json> elements = new ArrayList<>();
      at++;
      skipBlanks();
      while (peek() != ']') {
        elements.add(value());
        next(']');
      }
      at++;
      return new Elements(elements);
    }

    /** Past the comma, or up to the end. */
    private void next(char end) {
      skipBlanks();
      if (peek() != end) {
        take(',');
        skipBlanks();
      }
    }

    private String string() {
      take('"');
      StringBuilder string = new StringBuilder();
      while (peek() != '"') {
        char c = text.charAt(at++);
        string.append(c == '\\' ? escaped() : c);
      }
      at++;
      return string.toString();
    }

    private char escaped() {
      char c = peek();
      at++;
      return switch (c) {
        case 'b' -> '\b';
        case 'f' -> '\f';
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case 'u' -> {
          at += 4;
          yield (char) Integer.parseInt(text, at - 4, at, 16);
        }
        default -> c;
      };
    }

    private Json literal() {
      int start = at;
      while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      if (at == start) {
        throw malformed();
      }
      return new Literal(text.substring(start, at));
    }

    private void take(char c) {
      if (peek() != c) {
        throw malformed();
      }
      at++;
    }

    private char peek() {
      if (at >= text.length()) {
        throw malformed();
      }
      return text.charAt(at);
    }

    private void skipBlanks() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private IllegalArgumentException malformed() {
      return new IllegalArgumentException("no JSON at character " + at);
    }
  }
}
