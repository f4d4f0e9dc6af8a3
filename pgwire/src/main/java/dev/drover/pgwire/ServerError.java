package dev.drover.pgwire;

import static java.util.Objects.requireNonNull;

/**
 * An error that a PostgreSQL server reported, with all of its fields.
 *
 * <p>Threads: immutable.
 */
public final class ServerError extends RuntimeException {
  private final transient ErrorFields fields;

  public ServerError(ErrorFields fields) {
    super(requireNonNull(fields).toString());
    this.fields = fields;
  }

  public ErrorFields fields() {
    return fields;
  }
}
