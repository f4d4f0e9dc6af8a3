package dev.drover.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.deploy.cluster.ClusterSettings.Access;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
  private static final ClusterSettings SETTINGS =
      ClusterPlan.settings(
          List.of(6432, 6433),
          List.of(7001, 7002, 7003, 7004),
          new Access("/usr/lib/postgresql/15", Auth.SCRAM),
          Map.of("shared_buffers", "16MB"));

  @Test
  void everySettingHasItsKey() {
    assertThat(SETTINGS.toProperties())
        .isEqualTo(
            Map.of(
                "format", "1",
                "coordinators", "6432,6433",
                "gtm", "7001",
                "nodes", "catalog,dn1,dn2",
                "catalog.port", "7002",
                "dn1.port", "7003",
                "dn2.port", "7004",
                "postgres", "/usr/lib/postgresql/15",
                "auth", "scram",
                "server.shared_buffers", "16MB"));
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(ClusterSettings.fromProperties(properties())).isEqualTo(SETTINGS);
  }

  @Test
  void clientsFromElsewhereAreTakenWhereItIsSaid() {
    Access open = new Access("bundled", Auth.SCRAM, Listen.ALL, Optional.of(9400));
    ClusterSettings settings = SETTINGS.withAccess(open);
    Properties properties = new Properties();
    properties.putAll(settings.toProperties());
    assertThat(properties).containsEntry("listen", "all").containsEntry("metrics.port", "9400");
    assertThat(ClusterSettings.fromProperties(properties)).isEqualTo(settings);
    properties.setProperty("listen", "eth0");
    assertThatThrownBy(() -> ClusterSettings.fromProperties(properties))
        .hasMessage("cannot listen on eth0 (local or all)");
  }

  @Test
  void anotherFormatIsRefused() {
    Properties properties = properties();
    properties.setProperty("format", "2");
    assertThatThrownBy(() -> ClusterSettings.fromProperties(properties))
        .hasMessage("the cluster is of format 2, this Drover knows 1");
  }

  @Test
  void unknownAndMissingKeysAreRefused() {
    Properties unknown = properties();
    unknown.setProperty("coordinator", "1");
    assertThatThrownBy(() -> ClusterSettings.fromProperties(unknown))
        .hasMessage("unknown setting of the cluster: coordinator");
    Properties missing = properties();
    missing.remove("dn2.port");
    assertThatThrownBy(() -> ClusterSettings.fromProperties(missing))
        .hasMessage("the cluster's settings lack dn2.port");
  }

  @Test
  void twoProcessesCannotShareAPort() {
    assertThatThrownBy(() -> SETTINGS.withPort(7003))
        .hasMessageStartingWith("two processes of the cluster have the same port");
  }

  @Test
  void membersAreListedInTheOrderInWhichTheyDependOnEachOther() {
    assertThat(Member.of(SETTINGS))
        .extracting(Member::label)
        .containsExactly("gtm", "catalog", "dn1", "dn2", "coordinator", "coordinator2");
    assertThat(Member.of(SETTINGS))
        .extracting(member -> member.port(SETTINGS))
        .containsExactly(7001, 7002, 7003, 7004, 6432, 6433);
  }

  @Test
  void severalGtmsKeepTheirStateOnAnOddNumberOfNodes() {
    ClusterSettings several = SETTINGS.withGtmPorts(List.of(7001, 7101));
    assertThat(several.toProperties()).containsEntry("gtm", "7001,7101");
    assertThat(several.seatNodes())
        .extracting(NodePort::name)
        .containsExactly("catalog", "dn1", "dn2");
    assertThat(Member.of(several)).extracting(Member::label).startsWith("gtm", "gtm2", "catalog");
    Properties properties = properties();
    properties.putAll(several.toProperties());
    assertThat(ClusterSettings.fromProperties(properties)).isEqualTo(several);
    List<NodePort> two = SETTINGS.nodes().subList(0, 2);
    ClusterSettings small =
        new ClusterSettings(
            SETTINGS.coordinatorPorts(), several.gtmPorts(), two, SETTINGS.access(), Map.of());
    assertThat(small.seatNodes()).extracting(NodePort::name).containsExactly("catalog");
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.putAll(SETTINGS.toProperties());
    return properties;
  }
}
