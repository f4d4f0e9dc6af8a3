package dev.drover.planner.text;

import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The statement's text with pieces of it replaced; what is not replaced stays byte for byte, its
 * literals being holes.
 *
 * <p>A replacement inside of a replaced piece is lost with it.
 */
public final class SpliceText {
  private record Splice(Span span, List<SqlText.Piece> pieces) {}

  private static final Comparator<Splice> ORDER =
      Comparator.<Splice>comparingInt(s -> s.span().start())
          .thenComparing(s -> s.span().lengthBytes() > 0)
          .thenComparing(Comparator.<Splice>comparingInt(s -> s.span().end()).reversed());

  private final byte[] text;
  private final ShapeScanner literals;
  private final boolean ofStatement;
  private final List<Splice> splices;

  public SpliceText(byte[] text, ShapeScanner literals) {
    this(text, literals, true, List.of());
  }

  private SpliceText(
      byte[] text, ShapeScanner literals, boolean ofStatement, List<Splice> splices) {
    this.text = text;
    this.literals = literals;
    this.ofStatement = ofStatement;
    this.splices = new ArrayList<>(splices);
  }

  /** A copy that can be changed without changing this one. */
  public SpliceText copy() {
    return new SpliceText(text, literals, ofStatement, splices);
  }

  /** Of another text than the statement's: its literals are always the same. */
  public static SpliceText ofDefinition(byte[] text) {
    return new SpliceText(text, new ShapeScanner(), false, List.of());
  }

  public SpliceText replace(Span span, SqlText replacement) {
    splices.add(new Splice(span, replacement.pieces()));
    return this;
  }

  public SpliceText replace(Span span, String replacement) {
    return replace(span, SqlText.fixed(replacement));
  }

  public SpliceText insert(int offset, String inserted) {
    return replace(new Span(offset, offset), inserted);
  }

  public SpliceText insert(int offset, SqlText inserted) {
    return replace(new Span(offset, offset), inserted);
  }

  /** A piece of the text as it is now. */
  public SqlText render(Span whole) {
    TextBuilder out = new TextBuilder();
    List<Splice> inside =
        splices.stream().filter(s -> whole.contains(s.span())).sorted(ORDER).toList();
    int at = whole.start();
    for (Splice splice : inside) {
      if (splice.span().start() < at) {
        continue;
      }
      copyTo(out, at, splice.span().start());
      out.add(splice.pieces());
      at = splice.span().end();
    }
    copyTo(out, at, whole.end());
    return out.build();
  }

  private void copyTo(TextBuilder out, int from, int end) {
    int at = from;
    int before = 0;
    for (int i = 0; i < literals.literalCount(); i++) {
      int start = literals.literalStart(i);
      if (start >= at && literals.literalEnd(i) <= end) {
        out.add(cut(at, start, before)).add(new SqlText.Piece.Lifted(i));
        at = literals.literalEnd(i);
      }
      before = literals.literalEnd(i) <= at ? i + 1 : before;
    }
    out.add(cut(at, end, before));
  }

  /** {@code before} literals stand in front of it. */
  private SqlText.Piece cut(int start, int end, int before) {
    if (!ofStatement) {
      return SqlText.Piece.Fixed.of(new Span(start, end).of(text));
    }
    int behind = before == 0 ? 0 : literals.literalEnd(before - 1);
    return SqlText.Piece.Fixed.cut(new Span(start, end).of(text), before, start - behind);
  }
}
