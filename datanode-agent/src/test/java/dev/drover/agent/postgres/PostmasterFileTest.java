package dev.drover.agent.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PostmasterFileTest {
  private static final List<String> READY =
      List.of("4711", "/data", "1700000000", "5433", "/sockets", "127.0.0.1", " 1 2", "ready   ");

  @Test
  void aWholeFileIsRead() {
    assertThat(PostmasterFile.parse(READY))
        .contains(new PostmasterFile(4711, 5433, "/sockets", "ready"));
    assertThat(PostmasterFile.parse(READY).orElseThrow().isReady()).isTrue();
  }

  @Test
  void aFileThatIsBeingWrittenIsNoFile() {
    assertThat(PostmasterFile.parse(READY.subList(0, 3))).isEmpty();
  }

  @Test
  void aServerWithoutStatusIsNotReady() {
    assertThat(PostmasterFile.parse(READY.subList(0, 6)).orElseThrow().isReady()).isFalse();
  }
}
