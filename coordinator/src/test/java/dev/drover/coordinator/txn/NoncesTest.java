package dev.drover.coordinator.txn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class NoncesTest {
  @Test
  void noTwoAreEqualOverBlocks() {
    Nonces nonces = new Nonces();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      seen.add(HexFormat.of().formatHex(nonces.next()));
    }
    assertThat(seen).hasSize(1000);
  }

  /** As the servers compute it: {@code left(encode(sha256('abc'), 'hex'), 32)}. */
  @Test
  void hashIsHalfOfSha256() {
    byte[] nonce = {'a', 'b', 'c'};
    assertThat(new Nonces().hashOf(nonce)).isEqualTo("ba7816bf8f01cfea414140de5dae2223");
  }
}
