package dev.drover.tests.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a client is told before its first statement. */
@ExtendWith(EndpointsExtension.class)
class StartupTest {
  private static final int PROTOCOL_2_0 = 2 << 16;
  private static final int PROTOCOL_4_0 = 4 << 16;
  private static final int PROTOCOL_3_99 = Frontend.PROTOCOL_3_0 + 99;

  private final Endpoints endpoints;

  StartupTest(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @Test
  void theServersReportTheSameSettings() {
    List<String> drover = settings(endpoints.drover());
    assertThat(drover).isEqualTo(settings(endpoints.plain()));
    assertThat(drover).contains("ParameterStatus client_encoding=UTF8");
  }

  @Test
  void loginEndsWithOneKeyAndAnIdleTransaction() {
    for (Endpoint endpoint : List.of(endpoints.plain(), endpoints.drover())) {
      List<String> lines = login(endpoint, Map.of());
      assertThat(lines).filteredOn(line -> line.equals("BackendKeyData")).hasSize(1);
      assertThat(lines).last().isEqualTo("ReadyForQuery I");
    }
  }

  @Test
  void encryptionIsDeclinedWithN() {
    for (int request : new int[] {Frontend.SSL_REQUEST, Frontend.GSSENC_REQUEST}) {
      try (WireClient client = WireClient.open(endpoints.drover())) {
        client.send(Frontend.request(request));
        assertThat(client.readByte()).isEqualTo('N');
        assertThat(client.authenticate(endpoints.drover()).getLast().type()).isEqualTo('Z');
      }
    }
  }

  @Test
  void bothKindsOfEncryptionMayBeAskedForInTurn() {
    try (WireClient client = WireClient.open(endpoints.drover())) {
      client.send(Frontend.request(Frontend.GSSENC_REQUEST));
      assertThat(client.readByte()).isEqualTo('N');
      client.send(Frontend.request(Frontend.SSL_REQUEST));
      assertThat(client.readByte()).isEqualTo('N');
      assertThat(client.authenticate(endpoints.drover()).getLast().type()).isEqualTo('Z');
    }
  }

  @Test
  void anUnknownDatabaseIsRefused() {
    assertSameLogin(Map.of("database", "no_such_database"));
  }

  @Test
  void settingsOfTheStartupMessageAreApplied() {
    assertSameLogin(Map.of("application_name", "startup test", "TimeZone", "Asia/Tokyo"));
    assertSameLogin(Map.of("options", "-c work_mem=7MB -c DateStyle=German"));
    assertSameLogin(Map.of("client_encoding", "LATIN1"));
  }

  @Test
  void badSettingsOfTheStartupMessageAreRefused() {
    assertSameLogin(Map.of("work_mem", "lots"));
    assertSameLogin(Map.of("no_such_setting", "1"));
    assertSameLogin(Map.of("client_encoding", "NOPE"));
  }

  @Test
  void aStartupWithoutUserIsRefused() {
    assertSameEnd(Frontend.startup(Frontend.PROTOCOL_3_0, Map.of("database", "postgres")));
  }

  @Test
  void otherMajorProtocolsAreRefused() {
    assertSameEnd(Frontend.startup(PROTOCOL_4_0, Map.of("user", "postgres")));
    try (WireClient client = WireClient.open(endpoints.drover())) {
      client.send(Frontend.startup(PROTOCOL_2_0, Map.of("user", "postgres")));
      assertThat(client.readByte()).isEqualTo('E');
    }
  }

  @Test
  void aNewerMinorProtocolIsNegotiated() {
    for (Endpoint endpoint : List.of(endpoints.plain(), endpoints.drover())) {
      try (WireClient client = WireClient.open(endpoint)) {
        Map<String, String> settings = startupSettings(endpoint, Map.of("_pq_.unknown", "1"));
        client.send(Frontend.startup(PROTOCOL_3_99, settings));
        Message first = client.read();
        assertThat(first.type()).isEqualTo('v');
        assertThat(Transcript.line(first)).contains(hex("_pq_.unknown"));
      }
    }
  }

  private void assertSameLogin(Map<String, String> settings) {
    assertThat(settingsOnly(login(endpoints.drover(), settings)))
        .isEqualTo(settingsOnly(login(endpoints.plain(), settings)));
  }

  private void assertSameEnd(byte[] startup) {
    List<String> answers = new ArrayList<>();
    for (Endpoint endpoint : List.of(endpoints.plain(), endpoints.drover())) {
      try (WireClient client = WireClient.open(endpoint)) {
        client.send(startup);
        answers.add(Transcript.of(client.readToEnd()).toString());
      }
    }
    assertThat(answers.getLast()).isEqualTo(answers.getFirst()).contains("FATAL");
  }

  private static List<String> settings(Endpoint endpoint) {
    return settingsOnly(login(endpoint, Map.of()));
  }

  /** The order of the reports is the server's own business. */
  private static List<String> settingsOnly(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith("ParameterStatus") || line.startsWith("Error"))
        .sorted()
        .toList();
  }

  private static List<String> login(Endpoint endpoint, Map<String, String> settings) {
    try (WireClient client = WireClient.open(endpoint)) {
      return Transcript.of(client.authenticate(endpoint, startupSettings(endpoint, settings)));
    }
  }

  private static Map<String, String> startupSettings(
      Endpoint endpoint, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(WireClient.settings(endpoint));
    all.putAll(settings);
    return all;
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }
}
