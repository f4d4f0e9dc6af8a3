package dev.drover.coordinator.session;

import dev.drover.coordinator.output.ClientOutput;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.planner.sql.ClientText;
import java.util.Set;

/**
 * Reads the client's texts under its settings, and tells it what PostgreSQL's scanner would.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ClientTexts {
  private static final String NAME_TOO_LONG = "42622";
  private static final String NONSTANDARD_ESCAPE = "22P06";
  private static final String OFF = "off";
  private static final String ON = "on";
  private static final Set<String> ERRORS_ONLY = Set.of("error", "fatal", "panic");

  private final SettingsTracker settings;
  private final ClientOutput output;

  ClientTexts(SettingsTracker settings, ClientOutput output) {
    this.settings = settings;
    this.output = output;
  }

  /** The text that everybody else is to read. */
  byte[] read(byte[] utf8) {
    boolean conforming = !settings.value("standard_conforming_strings", ON).equals(OFF);
    ClientText.Reading reading = ClientText.read(utf8, conforming);
    reading.notes().forEach(this::tell);
    return reading.utf8();
  }

  private void tell(ClientText.Note note) {
    String least = settings.value("client_min_messages", "notice");
    boolean warnings = !ERRORS_ONLY.contains(least);
    switch (note) {
      case ClientText.Note.LongName name -> {
        if (warnings && !least.equals("warning")) {
          output.notice(truncated(name));
        }
      }
      case ClientText.Note.Backslash backslash -> {
        if (warnings && settings.value("escape_string_warning", ON).equals(ON)) {
          output.notice(nonstandard(backslash));
        }
      }
    }
  }

  private static ErrorFields truncated(ClientText.Note.LongName note) {
    String message =
        "identifier \"%s\" will be truncated to \"%s\"".formatted(note.name(), note.cut());
    return ErrorFields.of(Severity.NOTICE, NAME_TOO_LONG, message);
  }

  private static ErrorFields nonstandard(ClientText.Note.Backslash note) {
    String what =
        switch (note.escaped()) {
          case '\'' -> "\\'";
          case '\\' -> "\\\\";
          default -> "escape";
        };
    String hint =
        switch (note.escaped()) {
          case '\'' ->
              "Use '' to write quotes in strings, or use the escape string syntax (E'...').";
          case '\\' -> "Use the escape string syntax for backslashes, e.g., E'\\\\'.";
          default -> "Use the escape string syntax for escapes, e.g., E'\\r\\n'.";
        };
    return ErrorFields.of(
            Severity.WARNING,
            NONSTANDARD_ESCAPE,
            "nonstandard use of " + what + " in a string literal")
        .with('H', hint)
        .with('P', Integer.toString(note.position()));
  }
}
