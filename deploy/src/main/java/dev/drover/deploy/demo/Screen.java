package dev.drover.deploy.demo;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The terminal: chapters, sentences, statements, tables and checks.
 *
 * <p>Threads: thread-safe, a line at a time.
 */
public final class Screen {
  static final int WIDTH = 96;

  private static final String RESET = "\u001b[0m";
  private static final String BOLD = "\u001b[1m";
  private static final String FAINT = "\u001b[2m";
  private static final String RED = "\u001b[31m";
  private static final String GREEN = "\u001b[32m";
  private static final String CYAN = "\u001b[36m";

  private final PrintStream out;
  private final boolean isTerminal;
  private final List<String> failures = new ArrayList<>();
  private int passed;
  private int chapters;
  private boolean isInOutput;
  private boolean isMuted;

  private Screen(PrintStream out, boolean isTerminal) {
    this.out = out;
    this.isTerminal = isTerminal;
  }

  /** Colours and progress bars only where a person looks and has not asked for none. */
  public static Screen of(PrintStream out) {
    boolean isPlain = System.getenv("NO_COLOR") != null || "dumb".equals(System.getenv("TERM"));
    boolean isTerminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return new Screen(out, isTerminal && !isPlain);
  }

  boolean isTerminal() {
    return isTerminal;
  }

  PrintStream out() {
    return out;
  }

  /** Says no more: somebody has pressed Ctrl-C. */
  public synchronized void mute() {
    isMuted = true;
  }

  synchronized void chapter(String title) {
    chapters++;
    String line = "%d. %s ".formatted(chapters, title);
    print("");
    print(coloured(BOLD + CYAN, line + "─".repeat(Math.max(0, WIDTH - line.length()))));
    isInOutput = false;
  }

  /** A paragraph, broken into lines. */
  public synchronized void say(String text) {
    if (isInOutput) {
      print("");
    }
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split("\\s+", -1)) {
      if (line.length() + word.length() + 1 > WIDTH) {
        print(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    print(line.toString());
  }

  /** A statement as one would type it. */
  synchronized void sql(String statement) {
    print("");
    statement.strip().lines().forEach(line -> print("  " + coloured(BOLD, line)));
  }

  synchronized void note(String line) {
    print("  " + coloured(FAINT, line));
  }

  synchronized void line(String line) {
    print("  " + line);
  }

  synchronized void table(TextTable table) {
    table.lines().forEach(line -> print("  " + line));
  }

  synchronized void time(Duration time) {
    print("  " + coloured(FAINT, "Time: " + milliseconds(time)));
  }

  /** What must hold; remembered for the end. */
  synchronized void check(String what, boolean holds, String found) {
    if (holds) {
      passed++;
      print("  %s %s (%s)".formatted(coloured(GREEN, "✔"), what, found));
      return;
    }
    failures.add(what + ": " + found);
    print("  %s %s: %s".formatted(coloured(RED, "✘"), what, found));
  }

  synchronized void checkEqual(String what, Object expected, Object found) {
    boolean holds = expected.equals(found);
    check(what, holds, holds ? found.toString() : found + " instead of " + expected);
  }

  /** Prints the sum of the checks; whether all passed. */
  synchronized boolean verdict() {
    print("");
    if (failures.isEmpty()) {
      print(coloured(BOLD + GREEN, "All %d checks passed.".formatted(passed)));
      return true;
    }
    String sum = "%d of %d checks failed:".formatted(failures.size(), failures.size() + passed);
    print(coloured(BOLD + RED, sum));
    failures.forEach(failure -> print("  " + failure));
    return false;
  }

  static String milliseconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
  }

  static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private String coloured(String colour, String text) {
    return isTerminal ? colour + text + RESET : text;
  }

  private void print(String line) {
    isInOutput = line.startsWith(" ");
    if (!isMuted) {
      out.println(line);
    }
  }
}
