package dev.drover.agent.recovery;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Time as a sweep needs it: how late it is, and how to wait. */
public interface SweepClock {
  /** That of this process. */
  SweepClock SYSTEM =
      new SweepClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void pause(Duration length) {
          LockSupport.parkNanos(length.toNanos());
        }
      };

  /** Of no use but in differences. */
  long nanoTime();

  /** Returns after so long, or somewhat earlier. */
  void pause(Duration length);
}
