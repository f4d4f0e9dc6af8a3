package dev.drover.coordinator.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BinaryArrayTest {
  /** The expected bytes are PostgreSQL's: {@code array_send('{ab,NULL,c}'::text[])}. */
  @Test
  void theFormIsThatOfTheServer() {
    List<Optional<byte[]>> values =
        List.of(
            Optional.of("ab".getBytes(US_ASCII)),
            Optional.empty(),
            Optional.of("c".getBytes(US_ASCII)));
    assertThat(HexFormat.of().formatHex(BinaryArray.of(25, values)))
        .isEqualTo("00000001000000010000001900000003000000010000000261" + "62ffffffff0000000163");
  }
}
