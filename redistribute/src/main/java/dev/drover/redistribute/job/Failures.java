package dev.drover.redistribute.job;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Tells errors of servers apart. */
public final class Failures {
  /** Lost connections, servers short of something, starting or stopping, locks, victims. */
  private static final List<String> PASSING =
      List.of("08", "53", "55P03", "57", "40", "25006", "58");

  /** Whoever copies once more would fill it again. */
  private static final String DISK_FULL = "53100";

  private Failures() {}

  /** Servers that are down, starting, or short of something come back; a disk stays full. */
  public static boolean mayPass(SQLException e) {
    String state = Optional.ofNullable(e.getSQLState()).orElse("");
    return !state.equals(DISK_FULL) && PASSING.stream().anyMatch(state::startsWith);
  }

  /** What everybody may read: servers' details may hold rows. */
  public static String message(SQLException e) {
    return Optional.of(e)
        .filter(PSQLException.class::isInstance)
        .map(server -> ((PSQLException) server).getServerErrorMessage())
        .map(ServerErrorMessage::getMessage)
        .orElseGet(() -> String.valueOf(e.getMessage()));
  }
}
