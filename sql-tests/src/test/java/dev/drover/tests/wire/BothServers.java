package dev.drover.tests.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import java.util.List;
import java.util.function.Function;

/** Plays one conversation with each server and demands the same messages from both. */
record BothServers(Endpoints endpoints) {
  /** What a client does on a connection, and all that it was told in reply. */
  interface Conversation extends Function<WireClient, List<Message>> {}

  /** Runs a statement on both; in Drover's text {@code /*dist: ...*}{@code /} is its clause. */
  void execute(String sql) {
    for (Endpoint endpoint : List.of(endpoints.plain(), endpoints.drover())) {
      try (WireClient client = WireClient.login(endpoint)) {
        String text = endpoint.isDrover() ? distributed(sql) : sql;
        assertThat(Transcript.of(client.query(text))).noneMatch(line -> line.startsWith("Error"));
      }
    }
  }

  /** Returns the transcript, so that a test can also state what it must hold. */
  List<String> agreeOn(Conversation conversation) {
    List<String> expected = play(endpoints.plain(), conversation);
    assertThat(play(endpoints.drover(), conversation)).isEqualTo(expected);
    return expected;
  }

  private static List<String> play(Endpoint endpoint, Conversation conversation) {
    try (WireClient client = WireClient.login(endpoint)) {
      return Transcript.of(conversation.apply(client));
    }
  }

  private static String distributed(String sql) {
    return sql.replaceAll("/\\*dist: *(.*?) *\\*/", "DISTRIBUTE BY $1");
  }
}
