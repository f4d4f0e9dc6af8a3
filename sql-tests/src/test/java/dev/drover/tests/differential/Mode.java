package dev.drover.tests.differential;

import java.util.Locale;

/** How the statements of a script travel. */
enum Mode {
  /** One Query message each. */
  SIMPLE,
  /** Parse, Bind, Execute of the unnamed statement, results as text. */
  EXTENDED,
  /** The same, results of built-in types in binary. */
  BINARY,
  /** Named statements; those that only read run many times, with both sets of literals. */
  PREPARED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
