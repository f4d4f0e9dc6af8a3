package dev.drover.tests.isolation;

/** Tells whether a session's step waits for another session. */
interface Waits extends AutoCloseable {
  boolean isBlocked(Actor actor);

  @Override
  void close();
}
