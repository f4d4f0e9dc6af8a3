package dev.drover.coordinator.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ByteScannerTest {
  @Test
  void findsTheFirstOfAnyOfItsBytes() {
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      byte[] wanted = new byte[4];
      random.nextBytes(wanted);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] = wanted[random.nextInt(4)];
      }
      int from = random.nextInt(bytes.length + 1);
      ByteScanner scanner = ByteScanner.of(wanted[0], wanted[1], wanted[2], wanted[3]);
      assertThat(scanner.find(bytes, from, bytes.length)).isEqualTo(first(bytes, from, wanted));
    }
  }

  private static int first(byte[] bytes, int from, byte[] wanted) {
    for (int at = from; at < bytes.length; at++) {
      for (byte each : wanted) {
        if (bytes[at] == each) {
          return at;
        }
      }
    }
    return bytes.length;
  }
}
