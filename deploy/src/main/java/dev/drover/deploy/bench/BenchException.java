package dev.drover.deploy.bench;

/**
 * Why nothing can be measured, in one line for the person at the terminal.
 *
 * <p>Threads: immutable.
 */
public final class BenchException extends RuntimeException {
  BenchException(String message) {
    super(message);
  }

  BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
