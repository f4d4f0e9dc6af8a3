package dev.drover.agent.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlobalTransactionTest {
  private static final String HASH = "0123456789abcdef0123456789abcdef";

  @Test
  void aPrimaryIsMarked() {
    String gid = "gx_1_2_3_0123456789abcdef0123456789abcdef_1p.2";
    GlobalTransaction transaction = GlobalTransaction.parse(gid).orElseThrow();
    assertThat(transaction.participants())
        .containsExactly(new Participant(1, false, true), new Participant(2, false));
    assertThat(transaction.gid()).isEqualTo(gid);
  }

  @Test
  void theFrozenLayoutIsReadAndWritten() {
    String gid = "gx_3_17_4711_" + HASH + "_1.2.0.0m";
    GlobalTransaction transaction = GlobalTransaction.parse(gid).orElseThrow();
    assertThat(transaction)
        .isEqualTo(
            new GlobalTransaction(
                new CoordinatorLife(3, 17),
                4711,
                HASH,
                false,
                List.of(
                    new Participant(1, false),
                    new Participant(2, false),
                    new Participant(0, false),
                    new Participant(0, true))));
    assertThat(transaction.gid(new Participant(2, false))).isEqualTo(gid);
    assertThat(transaction.gid(new Participant(0, true))).isEqualTo(gid + "_m");
    assertThat(GlobalTransaction.parse(gid + "_m")).contains(transaction);
  }

  @Test
  void certifiedTransactionsAreTold() {
    String gid = "gx_3_17_4711_" + HASH + "_c1.2p";
    GlobalTransaction transaction = GlobalTransaction.parse(gid).orElseThrow();
    assertThat(transaction.certified()).isTrue();
    assertThat(transaction.gid()).isEqualTo(gid);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "gx_",
        "mine",
        "gx_3_17_4711_0123_1.2",
        "gx_3_17_4711_0123456789abcdef0123456789abcdef_",
        "gx_3_17_4711_0123456789abcdef0123456789abcdef_1.x",
        "gx_3_17_4711_0123456789ABCDEF0123456789ABCDEF_1",
        "gx_-3_17_4711_0123456789abcdef0123456789abcdef_1",
        "gx_3_17_99999999999999999999_0123456789abcdef0123456789abcdef_1"
      })
  void whatIsNotOfDroversMakingIsLeftAlone(String gid) {
    assertThat(GlobalTransaction.parse(gid)).isEmpty();
  }
}
