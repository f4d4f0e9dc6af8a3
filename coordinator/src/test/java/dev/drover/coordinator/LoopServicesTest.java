package dev.drover.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoopServicesTest {
  @Test
  void workForALoopThatHasEndedIsDone() {
    DefaultEventLoop loop = new DefaultEventLoop();
    AtomicInteger runs = new AtomicInteger();
    LoopServices.onLoop(loop, runs::incrementAndGet).join();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    LoopServices.onLoop(loop, runs::incrementAndGet).join();
    assertThat(runs).hasValue(1);
  }
}
