package dev.drover.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessCpuTest {
  private static final List<Long> THIS = List.of(ProcessHandle.current().pid());

  @Test
  void childrenThatHaveEndedCount() throws IOException, InterruptedException {
    double before = ProcessCpu.seconds(THIS);
    Process child =
        new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done").start();
    assertThat(child.waitFor()).isZero();
    assertThat(ProcessCpu.seconds(THIS) - before).isGreaterThan(0.05);
  }

  @Test
  void thisProcessIsInMemory() {
    assertThat(ProcessCpu.residentBytes(THIS.getFirst())).isGreaterThan(10 << 20);
  }

  @Test
  void aProcessThatIsGoneHasNothing() throws IOException, InterruptedException {
    Process child = new ProcessBuilder("true").start();
    child.waitFor();
    assertThat(ProcessCpu.residentBytes(child.pid())).isZero();
    assertThat(ProcessCpu.seconds(List.of(child.pid()))).isZero();
  }
}
