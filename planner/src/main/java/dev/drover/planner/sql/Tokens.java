package dev.drover.planner.sql;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Arrays;
import java.util.Optional;

/** The tokens of a text, as columns; the last one is {@link Token#END}. */
final class Tokens {
  private static final int BYTES_PER_TOKEN = 4;
  private static final int MIN_CAPACITY = 16;
  private static final int MAX_FIRST_CAPACITY = 1 << 12;

  private final byte[] text;
  private byte[] kinds;
  private Keyword[] keywords;
  private int[] starts;
  private int[] ends;
  private int[] literals;
  private int count;
  private Optional<SqlError> error = Optional.empty();

  Tokens(byte[] text) {
    this.text = text;
    int capacity = Math.clamp(text.length / BYTES_PER_TOKEN, MIN_CAPACITY, MAX_FIRST_CAPACITY);
    kinds = new byte[capacity];
    keywords = new Keyword[capacity];
    starts = new int[capacity];
    ends = new int[capacity];
    literals = new int[capacity];
  }

  byte[] text() {
    return text;
  }

  int count() {
    return count;
  }

  byte kind(int index) {
    return kinds[index];
  }

  /** The key word; {@link Keyword#NONE} for any other token. */
  Keyword keyword(int index) {
    return keywords[index];
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  /** How many lifted literals stand before the token: a literal's own ordinal. */
  int literalsBefore(int index) {
    return literals[index];
  }

  Span span(int index) {
    return new Span(starts[index], ends[index]);
  }

  /** What is wrong with the bytes of the {@link Token#BAD} token. */
  SqlError error() {
    return error.orElseThrow();
  }

  void add(byte kind, Keyword keyword, int start, int end, int literalsBefore) {
    if (count == kinds.length) {
      grow();
    }
    kinds[count] = kind;
    keywords[count] = keyword;
    starts[count] = start;
    ends[count] = end;
    literals[count++] = literalsBefore;
  }

  void fail(String message, int start) {
    error =
        Optional.of(
            SqlError.of(SqlState.SYNTAX_ERROR, message)
                .withPosition(SqlParser.characterPosition(text, start)));
  }

  private void grow() {
    int capacity = 2 * count;
    kinds = Arrays.copyOf(kinds, capacity);
    keywords = Arrays.copyOf(keywords, capacity);
    starts = Arrays.copyOf(starts, capacity);
    ends = Arrays.copyOf(ends, capacity);
    literals = Arrays.copyOf(literals, capacity);
  }
}
