package dev.drover.deploy.demo;

/** The made-up rows of one table, in COPY's text format. */
interface RowSource {
  String table();

  long count();

  /** Appends a row with its line end. */
  void append(StringBuilder line, long index);
}
