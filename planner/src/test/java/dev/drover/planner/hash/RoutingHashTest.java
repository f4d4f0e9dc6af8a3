package dev.drover.planner.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RoutingHashTest {
  private static final int NUMERIC_12_2 = (12 << 16 | 2) + 4;
  private static final int VARCHAR_3 = 3 + 4;

  private final RoutingHash hash = new RoutingHash();

  private boolean takes(HashType type, int typmod, String text) {
    byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
    hash.start();
    return hash.addText(type, typmod, bytes, 1, bytes.length - 2);
  }

  private boolean takes(HashType type, String text) {
    return takes(type, RoutingHash.NO_TYPMOD, text);
  }

  @Test
  void textsThatSettingsOrVersionsReadInAnotherWayAreLeftToPostgres() {
    assertThat(List.of("0x1f", "1_000", "5.0", "", " ", "1e3", "--1", "9223372036854775808"))
        .noneMatch(text -> takes(HashType.INT8, text));
    assertThat(List.of("01/02/2024", "2024-1-2", "today", "20240102", "24-01-02", "2024-02-30"))
        .noneMatch(text -> takes(HashType.DATE, text));
    assertThat(List.of("2024-01-02 03:04:05", "2024-01-02", "2024-01-02 03:04:05 CET", "now"))
        .noneMatch(text -> takes(HashType.TIMESTAMPTZ, text));
    assertThat(List.of("2024-01-02 03:04:05+01", "2024-01-02 03:04:05.1234567", "2024-01-02T"))
        .noneMatch(text -> takes(HashType.TIMESTAMP, text));
    assertThat(List.of("-1 days 04:05:06", "1 week", "P1D", "-1 mons 2 days", ""))
        .noneMatch(text -> takes(HashType.INTERVAL, text));
    assertThat(List.of("0x1", "1_0", "1e", "1e5000", ".", "1..2", "", "nan"))
        .noneMatch(text -> takes(HashType.NUMERIC, text));
    assertThat(List.of("10.1", "10.0.0.01", "1::2::3", "::1/129", "1:2:3:4:5:6:7", "10.0.0.256"))
        .noneMatch(text -> takes(HashType.INET, text));
    assertThat(List.of("tr", "TRUE", "2")).noneMatch(text -> takes(HashType.BOOL, text));
    assertThat(takes(HashType.NAME, "n".repeat(64))).isFalse();
    assertThat(takes(HashType.BYTEA, "\\000")).isFalse();
    assertThat(takes(HashType.UUID, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1")).isFalse();
    assertThat(takes(HashType.UUID, "a-0eebc999c0b4ef8bb6d6bb9bd380a11")).isFalse();
    assertThat(takes(HashType.INT4, "2147483648")).isFalse();
    assertThat(takes(HashType.OID, "-1")).isFalse();
  }

  @Test
  void integersMayStandBetweenBlanks() {
    takes(HashType.INT8, " +5\t");
    long padded = hash.value();
    takes(HashType.INT2, "5");
    assertThat(padded).isEqualTo(hash.value());
    assertThat(takes(HashType.INT8, "-9223372036854775808")).isTrue();
  }

  @Test
  void valuesThatTheColumnRoundsOrCutsAreLeftToPostgres() {
    assertThat(takes(HashType.NUMERIC, NUMERIC_12_2, "1.005")).isFalse();
    assertThat(takes(HashType.NUMERIC, NUMERIC_12_2, "1.2500")).isTrue();
    assertThat(takes(HashType.VARCHAR, VARCHAR_3, "日本語")).isTrue();
    assertThat(takes(HashType.VARCHAR, VARCHAR_3, "abc ")).isFalse();
    assertThat(takes(HashType.TIMESTAMP, 0, "2024-01-01 00:00:00.5")).isFalse();
    assertThat(takes(HashType.TIMESTAMP, 0, "2024-01-01 00:00:00")).isTrue();
  }

  @Test
  void nullsAreSkippedAndARowOfNullsIsInSlotZero() {
    hash.start();
    hash.addNull();
    assertThat(hash.slot(32)).isZero();
    takes(HashType.INT4, "5");
    long alone = hash.value();
    hash.start();
    hash.addNull();
    byte[] five = {'5'};
    hash.addText(HashType.INT4, RoutingHash.NO_TYPMOD, five, 0, 1);
    assertThat(hash.value()).isEqualTo(alone);
  }

  @Test
  void moduloOfANegativeValueIsNotNegative() {
    takes(HashType.INT4, "-1");
    assertThat(hash.moduloSlot(32)).isEqualTo(31);
    takes(HashType.INT4, "33");
    assertThat(hash.moduloSlot(32)).isEqualTo(1);
  }
}
