package dev.drover.pgwire.netty;

import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Writes down an answer and completes with it at ReadyForQuery. */
final class RecordingReply implements Reply {
  final CompletableFuture<List<String>> done = new CompletableFuture<>();
  private final List<String> events = new ArrayList<>();

  @Override
  public void rows(ByteBuf run) {
    try {
      while (run.isReadable()) {
        if (run.getByte(run.readerIndex()) == Backend.DATA_ROW) {
          events.add("D " + values(BackendDecoder.nextDataRow(run)));
        } else {
          run.skipBytes(1);
          events.add("d " + run.readCharSequence(run.readInt() - 4, StandardCharsets.UTF_8));
        }
      }
    } finally {
      run.release();
    }
  }

  @Override
  public void message(byte type, ByteBuf body) {
    switch (type) {
      case Backend.ERROR, Backend.NOTICE -> events.add((char) type + text(body));
      case Backend.COMMAND_COMPLETE -> events.add("C " + CommandTag.decode(body).format());
      default -> events.add(String.valueOf((char) type));
    }
  }

  @Override
  public void ready(char status) {
    events.add("Z " + status);
    done.complete(events);
  }

  @Override
  public void broken(SqlError error) {
    done.completeExceptionally(error);
  }

  private static String text(ByteBuf body) {
    ErrorFields fields = ErrorFields.decode(body);
    return " " + fields.sqlState() + " " + fields.message();
  }

  private static String values(List<byte[]> row) {
    return row.stream()
        .map(value -> value == null ? "NULL" : new String(value, StandardCharsets.UTF_8))
        .toList()
        .toString();
  }
}
