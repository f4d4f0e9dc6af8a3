package dev.drover.gtm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.gtm.core.GtmTerms;
import dev.drover.gtm.protocol.GateLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GtmConfigTest {
  private static final String SECRET = "a secret of the cluster";

  @TempDir private Path directory;
  private final Properties properties = new Properties();

  @BeforeEach
  void setWhatIsRequired() throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), SECRET + "\n");
    properties.setProperty("gtm.data_dir", directory.toString());
    properties.setProperty("gtm.secret_file", secret.toString());
  }

  @Test
  void everyKeyHasThisDefault() {
    assertThat(GtmConfig.defaults())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("host", "127.0.0.1"),
                Map.entry("port", "6666"),
                Map.entry("data_dir", ""),
                Map.entry("seat_servers", ""),
                Map.entry("addresses", ""),
                Map.entry("secret_file", ""),
                Map.entry("lease_millis", "4000"),
                Map.entry("gxid_range", "10000"),
                Map.entry("max_transactions_per_coordinator", "100"),
                Map.entry("max_transactions", "400"),
                Map.entry("lock_poll_millis", "75"),
                Map.entry("gate_drain_millis", "50"),
                Map.entry("gate_hold_millis", "20"),
                Map.entry("gate_pace", "4"),
                Map.entry("alone_millis", "200"),
                Map.entry("lock_user", "drover"),
                Map.entry("lock_password_file", ""),
                Map.entry("lock_database", "postgres")));
  }

  @Test
  void defaultsFillWhatIsNotSet() throws IOException {
    GtmConfig config = GtmConfig.from(properties);
    assertThat(config.address().getHostString()).isEqualTo("127.0.0.1");
    assertThat(config.address().getPort()).isEqualTo(6666);
    assertThat(config.directory()).hasValue(directory);
    assertThat(config.secret()).isEqualTo(SECRET);
    assertThat(config.terms()).isEqualTo(new GtmTerms(4000, 10_000, 100, 400, 75));
    assertThat(config.locks().user()).isEqualTo("drover");
    assertThat(config.locks().password()).isEmpty();
  }

  @Test
  void everyKeyCanBeSet() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "pass\n");
    properties.setProperty("gtm.host", "0.0.0.0");
    properties.setProperty("gtm.port", "0");
    properties.setProperty("gtm.lease_millis", "1000");
    properties.setProperty("gtm.gxid_range", "5");
    properties.setProperty("gtm.max_transactions_per_coordinator", "6");
    properties.setProperty("gtm.max_transactions", "7");
    properties.setProperty("gtm.lock_poll_millis", "8");
    properties.setProperty("gtm.gate_drain_millis", "9");
    properties.setProperty("gtm.gate_hold_millis", "10");
    properties.setProperty("gtm.gate_pace", "11");
    properties.setProperty("gtm.alone_millis", "12");
    properties.setProperty("gtm.lock_user", "u");
    properties.setProperty("gtm.lock_password_file", password.toString());
    properties.setProperty("gtm.lock_database", "d");
    GtmConfig config = GtmConfig.from(properties);
    assertThat(config.address().getPort()).isZero();
    assertThat(config.terms())
        .isEqualTo(new GtmTerms(1000, 5, 6, 7, 8, new GateLimits(9, 10, 11), 12));
    assertThat(config.locks().password()).isEqualTo("pass");
    assertThat(config.locks().database()).isEqualTo("d");
  }

  @Test
  void anUnknownKeyIsRefusedAndOtherProcessesKeysAreNot() throws IOException {
    properties.setProperty("coordinator.port", "6432");
    assertThat(GtmConfig.from(properties).secret()).isEqualTo(SECRET);
    properties.setProperty("gtm.prot", "6666");
    assertThatThrownBy(() -> GtmConfig.from(properties)).hasMessageContaining("gtm.prot");
  }

  @Test
  void aWrongValueIsNamed() {
    properties.setProperty("gtm.lease_millis", "soon");
    assertThatThrownBy(() -> GtmConfig.from(properties)).hasMessageContaining("gtm.lease_millis");
    properties.setProperty("gtm.lease_millis", "0");
    assertThatThrownBy(() -> GtmConfig.from(properties))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void secretsAreNotPrinted() throws IOException {
    assertThat(GtmConfig.from(properties).toString()).doesNotContain(SECRET);
  }
}
