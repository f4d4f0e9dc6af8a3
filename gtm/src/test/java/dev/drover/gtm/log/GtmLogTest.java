package dev.drover.gtm.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.gtm.core.DurableState;
import dev.drover.gtm.core.GtmRecord;
import dev.drover.gtm.core.GtmRecord.Applicant;
import dev.drover.gtm.core.GtmRecord.EpochEnded;
import dev.drover.gtm.core.GtmRecord.EpochFenced;
import dev.drover.gtm.core.GtmRecord.EpochGranted;
import dev.drover.gtm.core.GtmRecord.GxidsLeased;
import dev.drover.gtm.core.GtmRecord.RoundClosed;
import dev.drover.gtm.core.GtmRecord.RoundOpened;
import dev.drover.gtm.core.GtmRecord.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GtmLogTest {
  private static final List<GtmRecord> FIRST =
      List.of(
          new Started(1),
          new EpochGranted(1, "c1", 1, new Applicant(-5, 3), 60),
          new GxidsLeased(10_001));
  private static final List<GtmRecord> SECOND =
      List.of(
          new EpochGranted(2, "ein Köter", 2, new Applicant(7, 1), 40),
          new EpochEnded(1, 1),
          new EpochFenced(1, 1),
          new RoundOpened(1, 2, 2, 9));
  private static final List<GtmRecord> THIRD =
      List.of(new RoundClosed(1, true), new GxidsLeased(20_001), new RoundOpened(2, 2, 2, 10));

  @TempDir private Path directory;

  @Test
  void recordsOfEveryKindAreFoundAgain() throws IOException {
    write(FIRST, SECOND, THIRD);
    assertThat(recover()).isEqualTo(snapshot(FIRST, SECOND, THIRD));
  }

  @Test
  void aLogGoesOnAfterRecovery() throws IOException {
    write(FIRST);
    write(SECOND);
    write(THIRD);
    assertThat(recover()).isEqualTo(snapshot(FIRST, SECOND, THIRD));
  }

  /**
   * A crash may leave any prefix of the last write: earlier ones stay, the last is dropped whole.
   */
  @Test
  void aLastWriteCutAtAnyByteIsDropped() throws IOException {
    write(FIRST, SECOND);
    int whole = bytes().length;
    write(THIRD);
    byte[] all = bytes();
    for (int length = whole; length < all.length; length++) {
      Files.write(file(), Arrays.copyOf(all, length));
      assertThat(recover()).as("cut at %s", length).isEqualTo(snapshot(FIRST, SECOND));
      assertThat(bytes()).hasSize(whole);
      write(THIRD);
      assertThat(recover()).as("cut at %s", length).isEqualTo(snapshot(FIRST, SECOND, THIRD));
    }
  }

  /** The file system may have grown the file without the bytes having reached the disk. */
  @Test
  void aLastWriteWithAnyByteWrongIsDropped() throws IOException {
    write(FIRST, SECOND);
    int whole = bytes().length;
    write(THIRD);
    byte[] all = bytes();
    for (int at = whole; at < all.length; at++) {
      byte[] damaged = all.clone();
      damaged[at] ^= 0x41;
      Files.write(file(), damaged);
      assertThat(recover()).as("wrong at %s", at).isEqualTo(snapshot(FIRST, SECOND));
    }
  }

  @Test
  void damageBeforeTheLastWriteIsRefused() throws IOException {
    write(FIRST);
    int first = bytes().length;
    write(SECOND);
    byte[] all = bytes();
    for (int at = 0; at < first; at++) {
      byte[] damaged = all.clone();
      damaged[at] ^= 0x41;
      Files.write(file(), damaged);
      assertThatThrownBy(this::recover).as("wrong at %s", at).isInstanceOf(IOException.class);
    }
    Files.write(file(), all);
    assertThat(recover()).isEqualTo(snapshot(FIRST, SECOND));
  }

  @Test
  void aCompactedLogHoldsTheSameStateInLessSpace() throws IOException {
    List<GtmRecord> all = new ArrayList<>();
    try (GtmLog log = GtmLog.open(directory)) {
      long from = 1;
      while (!log.wantsCompaction()) {
        List<GtmRecord> batch = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
          from += 10_000;
          batch.add(new GxidsLeased(from));
        }
        log.append(batch);
        all.addAll(batch);
      }
      log.compact(snapshot(all));
      log.append(FIRST.subList(0, 2));
      assertThat(log.wantsCompaction()).isFalse();
    }
    assertThat(bytes().length).isLessThan(1000);
    assertThat(recover()).isEqualTo(snapshot(all, FIRST.subList(0, 2)));
  }

  /** The crash came before the new file took the old one's place. */
  @Test
  void aHalfMadeCompactionIsIgnored() throws IOException {
    write(FIRST, SECOND);
    Files.write(directory.resolve("gtm.log.new"), new byte[] {1, 2, 3});
    assertThat(recover()).isEqualTo(snapshot(FIRST, SECOND));
  }

  @Test
  void aFileOfAnotherKindIsRefused() throws IOException {
    Files.writeString(file(), "drover gtm log 2\nand more");
    assertThatThrownBy(this::recover)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("of this version");
    Files.writeString(file(), "");
    assertThatThrownBy(this::recover).isInstanceOf(IOException.class);
  }

  @Test
  void aDirectoryHasOneLogOpen() throws IOException {
    try (GtmLog log = GtmLog.open(directory)) {
      assertThat(log.wantsCompaction()).isFalse();
      assertThatThrownBy(this::recover)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another gtm");
    }
    assertThat(recover()).isEqualTo(snapshot());
  }

  @SafeVarargs
  private void write(List<GtmRecord>... batches) throws IOException {
    try (GtmLog log = GtmLog.open(directory)) {
      for (List<GtmRecord> batch : batches) {
        log.append(batch);
      }
    }
  }

  private List<GtmRecord> recover() throws IOException {
    try (GtmLog log = GtmLog.open(directory)) {
      return log.recovered().snapshot();
    }
  }

  @SafeVarargs
  private static List<GtmRecord> snapshot(List<GtmRecord>... batches) {
    DurableState state = new DurableState();
    for (List<GtmRecord> batch : batches) {
      batch.forEach(state::apply);
    }
    return state.snapshot();
  }

  private byte[] bytes() throws IOException {
    return Files.readAllBytes(file());
  }

  private Path file() {
    return directory.resolve("gtm.log");
  }
}
