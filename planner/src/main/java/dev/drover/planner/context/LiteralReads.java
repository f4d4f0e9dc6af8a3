package dev.drover.planner.context;

import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.LiteralKind;
import dev.drover.planner.sql.Literals;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.Span;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The one way to a literal's value: it remembers what was read.
 *
 * <p>Threads: confined to the routing of one statement.
 */
public final class LiteralReads {
  private final byte[] text;
  private final ShapeScanner literals = new ShapeScanner();
  private final Map<Integer, String> reads = new TreeMap<>();

  public LiteralReads(byte[] text) {
    this.text = text;
    literals.scan(text, 0, text.length);
  }

  /** Where all lifted literals stand. */
  public ShapeScanner literals() {
    return literals;
  }

  /** An integer literal, or a constant minus sign before one. */
  public OptionalLong integer(Expr expression) {
    if (expression instanceof Expr.Literal literal
        && (literal.kind() == LiteralKind.INT4 || literal.kind() == LiteralKind.INT8)) {
      record(literal.ordinal());
      return OptionalLong.of(Literals.integer(text, bare(literal)));
    }
    return OptionalLong.empty();
  }

  /** What a type's input function makes the literal's value of. */
  String value(Expr.Literal literal) {
    record(literal.ordinal());
    return literal.kind() == LiteralKind.STRING
        ? Literals.string(text, bare(literal))
        : bare(literal).of(text);
  }

  /** The literal's own span: the node's may include parentheses. */
  private Span bare(Expr.Literal literal) {
    int ordinal = literal.ordinal();
    return ordinal < 0
        ? literal.span()
        : new Span(literals.literalStart(ordinal), literals.literalEnd(ordinal));
  }

  /** The source text of a piece, all of whose literals count as read. */
  public String source(Span span) {
    for (int i = 0; i < literals.literalCount(); i++) {
      if (span.start() <= literals.literalStart(i) && literals.literalEnd(i) <= span.end()) {
        record(i);
      }
    }
    return span.of(text);
  }

  /**
   * Whether the one literals are written as the others, in their order. They count as read only if
   * they are: what is planned for different ones holds for the same.
   */
  public boolean areWrittenAs(List<Integer> some, List<Integer> others) {
    boolean same =
        some.size() == others.size()
            && IntStream.range(0, some.size())
                .allMatch(i -> written(some.get(i)).equals(written(others.get(i))));
    for (int i = 0; same && i < some.size(); i++) {
      if (!some.get(i).equals(others.get(i))) {
        record(some.get(i));
        record(others.get(i));
      }
    }
    return same;
  }

  /** Which literals have been read. */
  public Set<Integer> ordinals() {
    return Set.copyOf(reads.keySet());
  }

  /** Nothing depends on what was read within the piece, but for {@code kept}. */
  public void forget(Span span, Set<Integer> kept) {
    reads
        .keySet()
        .removeIf(
            i ->
                !kept.contains(i)
                    && span.start() <= literals.literalStart(i)
                    && literals.literalEnd(i) <= span.end());
  }

  private void record(int ordinal) {
    if (ordinal >= 0) {
      reads.put(ordinal, written(ordinal));
    }
  }

  private String written(int ordinal) {
    return new Span(literals.literalStart(ordinal), literals.literalEnd(ordinal)).of(text);
  }

  public List<LiteralRead> all() {
    return reads.entrySet().stream().map(e -> new LiteralRead(e.getKey(), e.getValue())).toList();
  }
}
