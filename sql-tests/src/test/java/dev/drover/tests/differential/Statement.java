package dev.drover.tests.differential;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One statement of a script, before its macros are expanded.
 *
 * @param copyData the lines that follow a {@code COPY ... FROM STDIN}
 */
record Statement(int line, String template, Set<Note> notes, Optional<String> copyData) {
  /** What a script says of a statement after {@code --@}. */
  enum Note {
    /** The rows may come in any order although the statement orders them. */
    UNORDERED,
    /** The errors must agree in SQLSTATE only. */
    MESSAGE_DIFFERS,
    /** Literals stay in the text where parameters are not possible. */
    INLINE,
    /** Runs on Drover only and must not fail there. */
    DROVER_ONLY
  }

  private static final Pattern ORDER_BY = Pattern.compile("\\border\\s+by\\b");
  private static final Pattern COPY = Pattern.compile("(?is)\\s*copy\\b.*");
  private static final Pattern TAKES_PARAMETERS =
      Pattern.compile("(?is)\\s*\\(*\\s*(select|insert|update|delete|with|values|merge)\\b.*");
  private static final Pattern ONLY_READS =
      Pattern.compile("(?is)\\s*\\(*\\s*(select|values|table|with)\\b.*");
  private static final Pattern HAS_EFFECTS =
      Pattern.compile(
          "(?is).*\\b(insert|update|delete|merge|into|nextval|setval|set_config|pg_sleep|lock)\\b.*");

  Statement {
    requireNonNull(template);
    notes = Set.copyOf(notes);
    requireNonNull(copyData);
  }

  boolean isOrdered() {
    if (notes.contains(Note.UNORDERED)) {
      return false;
    }
    String text = isCopy() ? template.toLowerCase(Locale.ROOT) : SqlScanner.topLevel(template);
    return ORDER_BY.matcher(text).find();
  }

  boolean isCopy() {
    return COPY.matcher(template).matches();
  }

  boolean takesParameters() {
    return !notes.contains(Note.INLINE) && TAKES_PARAMETERS.matcher(template).matches();
  }

  boolean onlyReads() {
    return ONLY_READS.matcher(template).matches() && !HAS_EFFECTS.matcher(template).matches();
  }

  /** How the list of refusals names the statement. */
  String key() {
    return template.strip().replaceAll("\\s+", " ");
  }
}
