package dev.drover.coordinator.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemorySizeTest {
  @Test
  void sizesAreReadAsPostgresReadsThem() {
    assertThat(MemorySize.of("8")).contains(new MemorySize(8192));
    assertThat(MemorySize.of("8B")).contains(new MemorySize(8));
    assertThat(MemorySize.of("2 MB")).contains(new MemorySize(2 << 20));
    assertThat(MemorySize.of("1GB")).contains(new MemorySize(1 << 30));
    assertThat(MemorySize.of("1gb")).isEmpty();
    assertThat(MemorySize.of("-1")).isEmpty();
    assertThat(MemorySize.of("")).isEmpty();
  }

  @Test
  void sizesAreShownInTheGreatestUnit() {
    assertThat(new MemorySize(1 << 30)).hasToString("1GB");
    assertThat(new MemorySize(1536)).hasToString("1536B");
    assertThat(new MemorySize(0)).hasToString("0B");
  }
}
