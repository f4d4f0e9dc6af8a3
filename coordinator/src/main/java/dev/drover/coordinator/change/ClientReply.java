package dev.drover.coordinator.change;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The answer of a worker to the client's statement: its rows, or its COPY data, go to the client.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class ClientReply implements Reply {
  private final Call call;
  private final Backend worker;
  private final CompletableFuture<String> tag;
  private Optional<ErrorFields> error = Optional.empty();
  private String done = "";

  ClientReply(Call call, Backend worker, CompletableFuture<String> tag) {
    this.call = call;
    this.worker = worker;
    this.tag = tag;
  }

  @Override
  public void rows(ByteBuf run) {
    call.output().rows(run);
    if (!call.output().writable()) {
      worker.link().pause();
    }
  }

  @Override
  public void message(byte type, ByteBuf body) {
    switch (type) {
      case MessageType.Backend.ROW_DESCRIPTION -> {
        if (call.simple()) {
          call.output().simpleRowDescription(call.cached());
        }
      }
      case MessageType.Backend.BIND_COMPLETE -> call.output().bound();
      case MessageType.Backend.COPY_OUT -> {
        CopyResponse response = CopyResponse.decode(body);
        BackendEncoder.copyOutResponse(
            call.output().rowBuffer(), response.format(), response.columnFormats());
      }
      case MessageType.Backend.COPY_DONE -> BackendEncoder.copyDone(call.output().rowBuffer());
      case MessageType.Backend.COMMAND_COMPLETE -> done = CommandTag.text(body);
      case MessageType.Backend.NOTICE -> call.output().notice(ErrorFields.decode(body));
      case MessageType.Backend.ERROR ->
          error = error.or(() -> Optional.of(ErrorFields.decode(body)));
      default -> {
        // Nothing that the client has not been told already.
      }
    }
  }

  @Override
  public void burstEnd() {
    call.output().flush();
  }

  @Override
  public void ready(char status) {
    if (error.isPresent()) {
      tag.completeExceptionally(new ServerError(error.get()));
    } else {
      tag.complete(done);
    }
  }

  @Override
  public void broken(SqlError why) {
    tag.completeExceptionally(why);
  }
}
