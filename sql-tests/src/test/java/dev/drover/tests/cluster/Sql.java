package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Statements on a connection of their own each. */
record Sql(Endpoint endpoint) {
  /** Runs a statement that must succeed. */
  List<Message> run(String sql) {
    List<Message> reply = reply(sql);
    assertThat(Transcript.error(reply).map(Transcript::line)).as(sql).isEmpty();
    return reply;
  }

  /** The fields of the error that a statement must bring. */
  Map<Character, String> error(String sql) {
    Optional<Message> error = Transcript.error(reply(sql));
    assertThat(error).as(sql).isPresent();
    return error.orElseThrow().errorFields();
  }

  /** The first column of all rows. */
  List<String> column(String sql) {
    return run(sql).stream()
        .filter(message -> message.type() == 'D')
        .map(row -> row.values().getFirst().map(Transcript::text).orElse("NULL"))
        .toList();
  }

  String value(String sql) {
    return column(sql).getFirst();
  }

  /** The messages of the notices that a statement brings. */
  List<String> notices(String sql) {
    return run(sql).stream()
        .filter(message -> message.type() == 'N')
        .map(notice -> notice.errorFields().get('M'))
        .toList();
  }

  private List<Message> reply(String sql) {
    try (WireClient client = WireClient.login(endpoint)) {
      return client.query(sql);
    }
  }
}
