package dev.drover.pgwire;

/** How grave an ErrorResponse or NoticeResponse is, by PostgreSQL's words. */
public enum Severity {
  /** The statement failed. */
  ERROR,
  /** The session ends. */
  FATAL,
  /** All sessions end. */
  PANIC,
  WARNING,
  NOTICE,
  INFO,
  LOG,
  DEBUG
}
