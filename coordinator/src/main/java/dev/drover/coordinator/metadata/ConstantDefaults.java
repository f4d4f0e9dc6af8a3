package dev.drover.coordinator.metadata;

import java.util.regex.Pattern;

/**
 * Tells defaults that are plain constants from those that have to be evaluated.
 *
 * <p>Reads what {@code pg_get_expr} prints, and knows only the forms it prints for constants; what
 * is not recognized counts as not constant, which is always correct and sometimes slower.
 */
final class ConstantDefaults {
  private static final String CAST = "(::[\\p{L}_0-9\". (),\\[\\]]+)?";
  private static final String LITERAL =
      "(\\(?-?[0-9.]+(e[+-]?[0-9]+)?\\)?|'([^']|'')*'|true|false|NULL|B'[01]*')" + CAST;
  private static final Pattern CONSTANT =
      Pattern.compile(
          "\\(*" + LITERAL + "\\)*" + "|ARRAY\\[(" + LITERAL + "(, " + LITERAL + ")*)?\\]" + CAST,
          Pattern.CASE_INSENSITIVE);

  /** A text that is cast at run time may be 'now' or the like: {@code ('now'::text)::date}. */
  private static final Pattern CAST_OF_CAST = Pattern.compile("\\)::");

  private static final Pattern NEGATIVE_CAST = Pattern.compile("^'-[0-9.]+'::[a-z0-9 ]+$");

  private ConstantDefaults() {}

  static boolean isConstant(String expression) {
    if (NEGATIVE_CAST.matcher(expression).matches()) {
      return true;
    }
    return CONSTANT.matcher(expression).matches()
        && !CAST_OF_CAST.matcher(withoutNumbersInParentheses(expression)).find();
  }

  private static String withoutNumbersInParentheses(String expression) {
    return expression.replaceAll("\\((-?[0-9.]+)\\)", "$1");
  }
}
