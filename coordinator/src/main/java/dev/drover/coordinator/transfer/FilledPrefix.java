package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.CopyFormat;
import dev.drover.coordinator.copy.CopyOptions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the values that were put before a client's row out of what a server shows of that row:
 * {@code COPY t, line 3: "17\tx"} becomes {@code COPY t, line 3: "x"}.
 *
 * @param columns how many values
 */
record FilledPrefix(int columns, CopyOptions options) {
  private static final Pattern ROW = Pattern.compile("COPY .+?, line \\d+: \"", Pattern.DOTALL);

  String removeFrom(String context) {
    Matcher row = ROW.matcher(context);
    boolean shown = columns > 0 && options.format() != CopyFormat.BINARY && row.lookingAt();
    return shown ? context.substring(0, row.end()) + rest(context, row.end()) : context;
  }

  /** What follows the values; nothing when the server has cut the row within them. */
  private String rest(String context, int start) {
    int left = columns;
    boolean quoted = false;
    for (int at = start; at < context.length(); at++) {
      char each = context.charAt(at);
      if (options.format() == CopyFormat.CSV) {
        quoted ^= each == options.quote();
      } else if (each == '\\') {
        at++;
        continue;
      }
      if (!quoted && each == options.delimiter() && --left == 0) {
        return context.substring(at + 1);
      }
    }
    return "\"";
  }
}
