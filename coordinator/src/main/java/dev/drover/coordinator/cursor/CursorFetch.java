package dev.drover.coordinator.cursor;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * FETCH or MOVE on the connection that keeps a cursor's rows. The settings there follow the
 * session's, since values become text when they are fetched.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CursorFetch implements Operator, Reply {
  private static final int[] NO_TYPES = {};
  private static final int[] NO_FORMATS = {};

  private final Call call;
  private final Backend worker;
  private final Optional<RowPlaces> places;
  private final String sql;
  private Optional<ErrorFields> error = Optional.empty();
  private String tag = "";

  /** The call's plan knows the cursor's columns. */
  public CursorFetch(Call call, OpenCursor.Place.Kept place, String sql) {
    this.call = requireNonNull(call);
    this.worker = place.worker();
    this.places = place.places();
    this.sql = requireNonNull(sql);
  }

  @Override
  public void start() {
    worker.applySettings(call.settings());
    if (call.simple()) {
      worker.query(sql, this);
    } else {
      ByteBuf out = worker.link().out();
      int[] formats = call.bind().map(Bind::resultFormats).orElse(NO_FORMATS);
      FrontendEncoder.parse(out, "", sql.getBytes(StandardCharsets.UTF_8), NO_TYPES);
      FrontendEncoder.bind(out, "", "", BindParameters.none(), formats);
      FrontendEncoder.execute(out, "", 0);
      FrontendEncoder.sync(out);
      worker.link().expect(this);
    }
    worker.link().flush();
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
      case MessageType.Backend.COMMAND_COMPLETE -> tag = CommandTag.text(body);
      case MessageType.Backend.ERROR -> error = Optional.of(ErrorFields.decode(body));
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
      call.failed(error.get());
    } else {
      places.ifPresent(this::follow);
      call.completed(tag);
    }
  }

  /** Nobody asks where the row is before this is done. */
  private void follow(RowPlaces of) {
    worker.query(of.move(sql), new QuietReply());
    worker.link().flush();
  }

  @Override
  public void broken(SqlError why) {
    call.failed(why);
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      worker.link().resume();
    }
  }

  @Override
  public void cancel() {
    worker.cancel();
  }
}
