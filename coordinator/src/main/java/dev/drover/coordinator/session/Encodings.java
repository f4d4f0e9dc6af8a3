package dev.drover.coordinator.session;

import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.Question;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.ClientEncoding;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The encodings that a client may ask for: PostgreSQL says what a name means and which character
 * each byte is.
 *
 * <p>Threads: stateless.
 */
final class Encodings {
  static final String UTF8 = "UTF8";

  /** Its bytes pass as they are. */
  private static final String SQL_ASCII = "SQL_ASCII";

  private Encodings() {}

  /**
   * What a name stands for.
   *
   * @param table empty when nothing is to be converted
   */
  record Found(String canonical, Optional<ClientEncoding> table) {}

  /** Exactly one of the two is called. */
  static void find(
      BackendPool pool,
      String role,
      String name,
      Consumer<Found> found,
      Consumer<ErrorFields> failed) {
    String sql =
        "SELECT pg_catalog.pg_encoding_to_char(e), pg_catalog.pg_encoding_max_length(e),"
            + " drover.encoding_table(e) FROM (SELECT pg_catalog.pg_char_to_encoding("
            + SettingsState.literal(name)
            + ") AS e) AS x";
    new Question(role, SettingsState.DEFAULTS, sql)
        .ask(
            pool,
            reply -> {
              try {
                found.accept(read(name, reply));
              } catch (SqlError e) {
                failed.accept(ErrorFields.of(e, Severity.ERROR));
              }
            },
            failed);
  }

  private static Found read(String name, QuietReply reply) {
    List<Optional<String>> row = reply.rows().getFirst();
    String canonical = row.get(0).orElse("");
    if (canonical.equals(UTF8) || canonical.equals(SQL_ASCII)) {
      return new Found(canonical, Optional.empty());
    }
    SqlError invalid =
        SqlError.of(
            SqlState.INVALID_PARAMETER_VALUE,
            "invalid value for parameter \"client_encoding\": \"" + name + "\"");
    if (canonical.isEmpty()) {
      throw invalid;
    }
    if (!row.get(1).equals(Optional.of("1"))) {
      throw invalid.withDetail(
          "Of the encodings with more than one byte per character only UTF8 is supported.");
    }
    int[] high =
        Arrays.stream(row.get(2).orElseThrow().replaceAll("[{}]", "").split(",", -1))
            .mapToInt(Integer::parseInt)
            .toArray();
    return new Found(canonical, Optional.of(new ClientEncoding(canonical, high)));
  }
}
