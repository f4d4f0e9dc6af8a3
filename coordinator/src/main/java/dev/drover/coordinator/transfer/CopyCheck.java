package dev.drover.coordinator.transfer;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * Lets the catalog node judge a client's COPY before the client is asked for rows: names, rights,
 * options, the transaction's mode.
 *
 * <p>There the very text is begun, under a savepoint, and broken off at once. An error that comes
 * before the server's CopyInResponse is the client's; what comes after it is of no interest.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CopyCheck implements Reply {
  private static final String SAVEPOINT = "\"drover$copy\"";

  /** Told once. */
  interface Listener {
    /** The server's answer to COPY: what the client should send. */
    void accepted(CopyResponse response);

    void refused(ErrorFields error);
  }

  private final Call call;
  private final Listener listener;
  private Optional<CopyResponse> response = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();

  CopyCheck(Call call, Listener listener) {
    this.call = call;
    this.listener = listener;
  }

  void start(Participant catalog) {
    Backend backend = catalog.backend();
    byte[] text = call.text().utf8();
    backend.query("SAVEPOINT " + SAVEPOINT, new QuietReply());
    ByteBuf out = backend.link().out();
    FrontendEncoder.query(out, text, 0, text.length);
    FrontendEncoder.copyFail(out, "only its validity was asked for");
    backend.link().expect(this);
    backend.query(
        "ROLLBACK TO SAVEPOINT " + SAVEPOINT + "; RELEASE SAVEPOINT " + SAVEPOINT,
        new QuietReply(this::ended));
    backend.link().flush();
  }

  @Override
  public void rows(ByteBuf run) {
    run.release();
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (type == MessageType.Backend.COPY_IN) {
      response = Optional.of(CopyResponse.decode(body));
    } else if (type == MessageType.Backend.ERROR && response.isEmpty()) {
      error = Optional.of(StatementError.of(call, ErrorFields.decode(body), Node.CATALOG_ID));
    }
  }

  @Override
  public void ready(char status) {
    // The way back to the savepoint is answered next.
  }

  @Override
  public void broken(SqlError why) {
    error = Optional.of(ErrorFields.of(why, Severity.ERROR));
  }

  private void ended(QuietReply back) {
    Optional<ErrorFields> failure =
        error
            .or(() -> back.lost().map(lost -> ErrorFields.of(lost, Severity.ERROR)))
            .or(back::error);
    if (failure.isPresent()) {
      listener.refused(failure.get());
    } else {
      listener.accepted(
          response.orElseThrow(() -> new IllegalStateException("the server took no COPY")));
    }
  }
}
