package dev.drover.tests.differential;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of statements about one topic.
 *
 * @param placements the ways to place its tables that make sense for it
 */
record Script(String topic, Set<Placement> placements, List<Statement> statements) {
  private static final Pattern PLACEMENTS = Pattern.compile("(?m)^--@ placements (.*)$");
  private static final Pattern COPY_FROM_STDIN =
      Pattern.compile("(?is)\\s*copy\\b.*\\bfrom\\s+stdin\\b.*");
  private static final Pattern END_OF_DATA = Pattern.compile("(?m)^\\\\\\.\\n");
  private static final String NOTE_MARK = "--@";

  Script {
    requireNonNull(topic);
    placements = Set.copyOf(placements);
    statements = List.copyOf(statements);
  }

  static Script parse(String topic, String text) {
    return new Script(topic, placements(text), new Splitter(text).split());
  }

  /** The statements, without those that only Drover knows when the server is a plain one. */
  List<Statement> statements(boolean isDrover) {
    return statements.stream()
        .filter(st -> isDrover || !st.notes().contains(Statement.Note.DROVER_ONLY))
        .toList();
  }

  private static Set<Placement> placements(String text) {
    Matcher header = PLACEMENTS.matcher(text);
    if (!header.find()) {
      return EnumSet.allOf(Placement.class);
    }
    Set<Placement> named = EnumSet.noneOf(Placement.class);
    for (String word : header.group(1).split(",", -1)) {
      named.add(Placement.of(word));
    }
    return named;
  }

  /** Cuts a text at its semicolons and reads the notes that follow them. */
  private static final class Splitter {
    private final String text;
    private final List<Statement> found = new ArrayList<>();
    private int at;

    Splitter(String text) {
      this.text = text;
    }

    List<Statement> split() {
      skipToStatement();
      while (at < text.length()) {
        int start = at;
        int end = endOfStatement();
        String template = text.substring(start, end);
        at = end + 1;
        Set<Statement.Note> notes = notes();
        found.add(new Statement(lineOf(start), template, notes, data(template)));
        skipToStatement();
      }
      return found;
    }

    /** Comments between statements are for the reader. */
    private void skipToStatement() {
      while (at < text.length()) {
        boolean isComment = text.startsWith("--", at);
        if (!isComment && !Character.isWhitespace(text.charAt(at))) {
          return;
        }
        at = isComment ? SqlScanner.next(text, at) : at + 1;
      }
    }

    private int endOfStatement() {
      int i = at;
      while (text.charAt(i) != ';') {
        i = SqlScanner.next(text, i);
      }
      return i;
    }

    private Set<Statement.Note> notes() {
      int endOfLine = text.indexOf('\n', at);
      String rest = text.substring(at, endOfLine).strip();
      Set<Statement.Note> notes = EnumSet.noneOf(Statement.Note.class);
      if (rest.startsWith(NOTE_MARK)) {
        for (String note : rest.substring(NOTE_MARK.length()).split(",", -1)) {
          String name = note.strip().toUpperCase(Locale.ROOT).replace(' ', '_');
          notes.add(Statement.Note.valueOf(name));
        }
      }
      return notes;
    }

    private Optional<String> data(String template) {
      if (!COPY_FROM_STDIN.matcher(template).matches()) {
        return Optional.empty();
      }
      int start = text.indexOf('\n', at) + 1;
      Matcher end = END_OF_DATA.matcher(text);
      if (!end.find(start)) {
        throw new IllegalArgumentException("no end of the data of " + template);
      }
      at = end.end();
      return Optional.of(text.substring(start, end.start()));
    }

    private int lineOf(int offset) {
      return (int) text.substring(0, offset).chars().filter(c -> c == '\n').count() + 1;
    }
  }
}
