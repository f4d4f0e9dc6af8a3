package dev.drover.pgwire;

import java.util.Optional;

/**
 * An error that a client sees, raised where the fact is known.
 *
 * <p>The message follows PostgreSQL's style: lower case, no full stop; detail and hint are
 * sentences.
 *
 * <p>Threads: immutable.
 */
public final class SqlError extends RuntimeException {
  private static final int NO_POSITION = 0;

  private final SqlState state;
  private final String detail;
  private final String hint;
  private final int position;

  private SqlError(SqlState state, String message, String detail, String hint, int position) {
    super(message);
    this.state = state;
    this.detail = detail;
    this.hint = hint;
    this.position = position;
  }

  public static SqlError of(SqlState state, String message) {
    return new SqlError(state, message, "", "", NO_POSITION);
  }

  /** A statement that PostgreSQL would run and Drover refuses; nothing has changed. */
  public static SqlError notSupported(String what) {
    return of(SqlState.FEATURE_NOT_SUPPORTED, what);
  }

  public SqlError withDetail(String sentence) {
    return new SqlError(state, getMessage(), sentence, hint, position).causedBy(this);
  }

  public SqlError withHint(String sentence) {
    return new SqlError(state, getMessage(), detail, sentence, position).causedBy(this);
  }

  /** Units: characters of the statement's text, from 1. */
  public SqlError withPosition(int characters) {
    return new SqlError(state, getMessage(), detail, hint, characters).causedBy(this);
  }

  public SqlState state() {
    return state;
  }

  public Optional<String> detail() {
    return detail.isEmpty() ? Optional.empty() : Optional.of(detail);
  }

  public Optional<String> hint() {
    return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
  }

  /** Characters from 1; 0 when the error has no place in the text. */
  public int position() {
    return position;
  }

  private SqlError causedBy(SqlError original) {
    setStackTrace(original.getStackTrace());
    return this;
  }
}
