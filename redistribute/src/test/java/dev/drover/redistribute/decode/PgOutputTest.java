package dev.drover.redistribute.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PgOutputTest {
  /** Writes what a server would. */
  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  @Test
  void aTransactionBeginsWithThePlaceOfItsCommit() throws Exception {
    byte[] message =
        message(
            out -> {
              out.writeByte('B');
              out.writeLong(4711);
              out.writeLong(1);
              out.writeInt(7);
            });

    assertThat(decode(message)).isEqualTo(new LogicalMessage.Begin(4711));
  }

  @Test
  void aTransactionEndsBehindItsCommit() throws Exception {
    byte[] message =
        message(
            out -> {
              out.writeByte('C');
              out.writeByte(0);
              out.writeLong(4711);
              out.writeLong(4800);
              out.writeLong(1);
            });

    assertThat(decode(message)).isEqualTo(new LogicalMessage.Commit(4800));
  }

  @Test
  void aRelationNamesItsColumns() throws Exception {
    byte[] message =
        message(
            out -> {
              out.writeByte('R');
              out.writeInt(42);
              string(out, "drover$3");
              string(out, "t");
              out.writeByte('f');
              out.writeShort(2);
              column(out, "id");
              column(out, "größe");
            });

    assertThat(decode(message))
        .isEqualTo(new LogicalMessage.Relation(42, "\"drover$3\".\"t\"", List.of("id", "größe")));
  }

  @Test
  void valuesAreTextsNullsOrUntouched() throws Exception {
    byte[] message =
        message(
            out -> {
              out.writeByte('U');
              out.writeInt(42);
              out.writeByte('O');
              tuple(out, "1", "old", null);
              out.writeByte('N');
              out.writeShort(3);
              text(out, "2");
              out.writeByte('u');
              out.writeByte('n');
            });

    LogicalMessage.Update update = (LogicalMessage.Update) decode(message);

    Tuple old = update.old().orElseThrow();
    assertThat(old.values())
        .containsExactly(Optional.of("1"), Optional.of("old"), Optional.empty());
    assertThat(update.row().isComplete()).isFalse();
    assertThat(update.row().completedBy(old))
        .isEqualTo(
            new Tuple(
                List.of(Optional.of("2"), Optional.of("old"), Optional.empty()), new BitSet()));
  }

  @Test
  void anOldRowOfTheKeyAloneIsNone() throws Exception {
    byte[] message =
        message(
            out -> {
              out.writeByte('U');
              out.writeInt(42);
              out.writeByte('K');
              tuple(out, "1");
              out.writeByte('N');
              tuple(out, "2");
            });

    assertThat(((LogicalMessage.Update) decode(message)).old()).isEmpty();
  }

  @Test
  void markersHaveAPrefix() throws Exception {
    byte[] message =
        message(
            out -> {
              out.writeByte('M');
              out.writeByte(1);
              out.writeLong(99);
              string(out, "drover");
              out.writeInt(3);
              out.writeBytes("7:1");
            });

    assertThat(decode(message)).isEqualTo(new LogicalMessage.Marker("drover", "7:1"));
  }

  @Test
  void whatIsCutOffAnywhereIsAnError() throws Exception {
    byte[] message =
        message(
            out -> {
              out.writeByte('I');
              out.writeInt(42);
              out.writeByte('N');
              tuple(out, "1", "text", null);
            });

    assertThat(decode(message)).isInstanceOf(LogicalMessage.Insert.class);
    for (int length = 0; length < message.length; length++) {
      byte[] part = Arrays.copyOf(message, length);
      assertThatThrownBy(() -> decode(part))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08P01"));
    }
  }

  @Test
  void unknownMessagesAreErrors() {
    assertThatThrownBy(() -> decode(new byte[] {'?', 0, 0, 0}))
        .hasMessageContaining("unknown message '?'");
  }

  private static LogicalMessage decode(byte[] message) throws SQLException {
    return PgOutput.decode(ByteBuffer.wrap(message));
  }

  private static byte[] message(Writer writer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writer.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static void tuple(DataOutputStream out, String... values) throws IOException {
    out.writeShort(values.length);
    for (String value : values) {
      if (value == null) {
        out.writeByte('n');
      } else {
        text(out, value);
      }
    }
  }

  private static void text(DataOutputStream out, String value) throws IOException {
    byte[] bytes = value.getBytes(UTF_8);
    out.writeByte('t');
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void column(DataOutputStream out, String name) throws IOException {
    out.writeByte(1);
    string(out, name);
    out.writeInt(23);
    out.writeInt(-1);
  }

  private static void string(DataOutputStream out, String value) throws IOException {
    out.write(value.getBytes(UTF_8));
    out.writeByte(0);
  }
}
