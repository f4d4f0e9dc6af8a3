package dev.drover.coordinator.session;

import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The FunctionCall message: a built-in function, named by its OID, runs on the catalog node. The
 * session keeps the connection afterwards, since large objects and advisory locks live there.
 *
 * <p>Source: PostgreSQL 18 manual, 54.2.4 "Function Call".
 *
 * <p>Threads: confined to the session's event loop.
 */
final class FunctionCalls {
  /** Functions above are users', whose OIDs say nothing of what they touch. */
  private static final int FIRST_USER_OID = 16384;

  private final Session session;
  private final StatementRunner runner;

  FunctionCalls(Session session, StatementRunner runner) {
    this.session = session;
    this.runner = runner;
  }

  void call(FrontendDecoder.FunctionCall message) {
    if (runner.transaction().failed()) {
      failed(ErrorFields.of(StatementRunner.inFailedTransaction(), Severity.ERROR));
      return;
    }
    if (Integer.compareUnsigned(message.function(), FIRST_USER_OID) >= 0) {
      SqlError error =
          SqlError.notSupported("function call messages for functions of users are not supported")
              .withHint("Call the function in a SELECT.");
      failed(ErrorFields.of(error, Severity.ERROR));
      return;
    }
    session.occupy();
    if (runner.transaction().scope() == Transaction.Scope.NONE) {
      runner.open(Transaction.Scope.BARE);
    }
    runner.transaction().join(Node.CATALOG_ID, new Sending(message.body()));
  }

  private void failed(ErrorFields error) {
    runner.transaction().fail();
    session.established().output().error(error);
    ended();
  }

  private void ended() {
    if (runner.transaction().scope() == Transaction.Scope.BARE) {
      runner.transaction().end();
    }
    session.readyForQuery();
    session.channel().flush();
  }

  /** Sends the message when the connection is at hand. */
  private final class Sending implements Transaction.Joining {
    private final byte[] message;

    Sending(byte[] message) {
      this.message = message;
    }

    @Override
    public void joined(Participant participant) {
      participant.markWrote();
      runner.transaction().pinCatalog();
      ByteBuf out = participant.backend().link().out();
      out.writeByte(MessageType.Frontend.FUNCTION_CALL);
      out.writeInt(message.length + Integer.BYTES);
      out.writeBytes(message);
      participant.backend().link().expect(new Answer());
      participant.backend().link().flush();
    }

    @Override
    public void refused(SqlError error) {
      failed(ErrorFields.of(error, Severity.ERROR));
    }
  }

  /** Hands the answer on. */
  private final class Answer implements Reply {
    private ErrorFields error;

    @Override
    public void rows(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case MessageType.Backend.FUNCTION_CALL_RESPONSE -> {
          ByteBuf frame = Unpooled.buffer();
          frame.writeByte(type).writeInt(body.readableBytes() + Integer.BYTES).writeBytes(body);
          session.channel().forward(frame);
        }
        case MessageType.Backend.ERROR -> error = ErrorFields.decode(body);
        case MessageType.Backend.NOTICE ->
            BackendEncoder.notice(session.channel().out(), ErrorFields.decode(body));
        default -> {
          // Nothing else of the answer concerns the client.
        }
      }
    }

    @Override
    public void ready(char status) {
      if (error != null) {
        failed(error);
      } else {
        ended();
      }
    }

    @Override
    public void broken(SqlError why) {
      failed(ErrorFields.of(why, Severity.ERROR));
    }
  }
}
