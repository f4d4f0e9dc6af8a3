package dev.drover.coordinator.exec;

import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Participant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The settings under which the texts of values lose nothing and read the same everywhere, for as
 * long as rows travel as text on a transaction's connections.
 *
 * <p>Threads: used by one virtual thread.
 */
public final class ExactSettings {
  private record Setting(String name, String value) {}

  private static final List<Setting> EXACT =
      List.of(
          new Setting("DateStyle", "ISO, YMD"),
          new Setting("IntervalStyle", "postgres"),
          new Setting("extra_float_digits", "1"),
          new Setting("xmloption", "content"));

  /** To stand before a query of a transaction that has no use for the client's settings after. */
  public static final String SET_LOCAL =
      EXACT.stream()
          .map(s -> "SET LOCAL " + s.name() + " = " + SettingsState.literal(s.value()) + "; ")
          .collect(Collectors.joining());

  private final BlockingTransaction blocking;
  private final List<Participant> participants;
  private final List<Setting> before;

  private ExactSettings(
      BlockingTransaction blocking, List<Participant> participants, List<Setting> before) {
    this.blocking = blocking;
    this.participants = participants;
    this.before = before;
  }

  /** On these connections, which have the same settings. */
  public static ExactSettings on(BlockingTransaction blocking, List<Participant> participants) {
    List<Optional<String>> values =
        blocking.query(participants.getFirst(), "SELECT " + current()).rows().getFirst();
    List<Setting> before = new ArrayList<>();
    for (int i = 0; i < EXACT.size(); i++) {
      before.add(new Setting(EXACT.get(i).name(), values.get(i).orElseThrow()));
    }
    blocking.query(participants, "SELECT " + set(EXACT));
    return new ExactSettings(blocking, List.copyOf(participants), before);
  }

  /** The client's settings again. */
  public void restore() {
    blocking.query(participants, "SELECT " + set(before));
  }

  private static String current() {
    return EXACT.stream()
        .map(s -> "pg_catalog.current_setting(" + SettingsState.literal(s.name()) + ")")
        .collect(Collectors.joining(", "));
  }

  private static String set(List<Setting> settings) {
    return settings.stream()
        .map(s -> SettingsState.setConfig(s.name(), s.value(), true))
        .collect(Collectors.joining(", "));
  }
}
