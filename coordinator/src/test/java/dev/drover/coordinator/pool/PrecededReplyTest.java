package dev.drover.coordinator.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** BEGIN in front of a statement must not show in the statement's reply, but its error must. */
final class PrecededReplyTest {
  private final QuietReply statement = new QuietReply();
  private boolean failed;
  private final PrecededReply reply =
      new PrecededReply(() -> failed = true, new PrecededReply.Before(2, 7), statement);

  @Test
  void onlyTheLastStatementsAnswerIsSeen() {
    reply.message(MessageType.Backend.BIND_COMPLETE, Unpooled.EMPTY_BUFFER);
    reply.message(MessageType.Backend.COMMAND_COMPLETE, tag("BEGIN"));
    reply.rows(row());
    reply.message(MessageType.Backend.COMMAND_COMPLETE, tag("SELECT 1"));
    assertThat(statement.tag()).isEmpty();
    reply.rows(row());
    reply.message(MessageType.Backend.COMMAND_COMPLETE, tag("UPDATE 1"));
    reply.ready('T');
    assertThat(statement.tag()).isEqualTo("UPDATE 1");
    assertThat(statement.rows()).hasSize(1);
    assertThat(failed).isFalse();
  }

  @Test
  void errorBeforeTheStatementIsTheStatements() {
    reply.message(MessageType.Backend.COMMAND_COMPLETE, tag("BEGIN"));
    reply.message(MessageType.Backend.ERROR, error());
    reply.ready('E');
    assertThat(statement.error()).map(ErrorFields::sqlState).contains("57014");
    assertThat(failed).isTrue();
  }

  @Test
  void errorOfTheStatementIsNotThatOfItsBegin() {
    reply.message(MessageType.Backend.COMMAND_COMPLETE, tag("BEGIN"));
    reply.message(MessageType.Backend.COMMAND_COMPLETE, tag("SAVEPOINT"));
    reply.message(MessageType.Backend.ERROR, error());
    reply.ready('E');
    assertThat(statement.error()).isPresent();
    assertThat(failed).isFalse();
  }

  @Test
  void positionsCountFromTheStatement() {
    reply.message(MessageType.Backend.ERROR, error(12));
    assertThat(position()).contains("5");
  }

  @Test
  void whatStandsBeforeTheStatementHasNoPosition() {
    reply.message(MessageType.Backend.ERROR, error(7));
    assertThat(statement.error()).isPresent();
    assertThat(position()).isEmpty();
  }

  private Optional<String> position() {
    return statement.error().flatMap(error -> error.get(ErrorFields.POSITION));
  }

  private static ByteBuf error(int position) {
    return ErrorFields.of(Severity.ERROR, "42601", "syntax error")
        .with(ErrorFields.POSITION, Integer.toString(position))
        .body();
  }

  private static ByteBuf tag(String tag) {
    ByteBuf frame = Unpooled.buffer();
    BackendEncoder.commandComplete(frame, tag);
    return frame.skipBytes(1 + Integer.BYTES);
  }

  private static ByteBuf error() {
    ByteBuf frame = Unpooled.buffer();
    BackendEncoder.error(frame, ErrorFields.of(Severity.ERROR, "57014", "canceling statement"));
    return frame.skipBytes(1 + Integer.BYTES);
  }

  private static ByteBuf row() {
    ByteBuf row = Unpooled.buffer();
    row.writeByte(MessageType.Backend.DATA_ROW).writeInt(Integer.BYTES + Short.BYTES).writeShort(0);
    return row;
  }
}
