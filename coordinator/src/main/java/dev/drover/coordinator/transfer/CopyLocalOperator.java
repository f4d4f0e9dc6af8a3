package dev.drover.coordinator.transfer;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.PlacedReply;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.BackendDecoder.CopyResponse;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.LinkListener;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan.CopyLocal;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Optional;

/**
 * {@code COPY} in either direction between the client and the catalog node: temporary tables, and
 * queries over the catalog. The messages pass through as they come.
 *
 * <p>The server gets the statement by the simple protocol, whatever the client used: so it owes one
 * ReadyForQuery, however its COPY ends.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class CopyLocalOperator implements Operator, Reply, Transaction.Joining {
  private final Call call;
  private final CopyLocal plan;
  private Optional<Backend> backend = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private String tag = "";
  private boolean taking;
  private boolean takeScheduled;

  public CopyLocalOperator(Call call, CopyLocal plan) {
    this.call = call;
    this.plan = plan;
  }

  @Override
  public void start() {
    call.openScope(true);
    call.transaction().join(Node.CATALOG_ID, this);
  }

  @Override
  public void joined(Participant participant) {
    if (plan.pinsConnection()) {
      call.transaction().pinCatalog();
    }
    Backend catalog = participant.backend();
    backend = Optional.of(catalog);
    catalog.link().setListener(new Writability());
    Rendering rendering = new Rendering(call, List.of(), new int[0]);
    Reply placed = new PlacedReply(this, rendering, plan.text());
    ServerCommand.query(catalog, plan.text(), rendering, placed);
    catalog.link().flush();
  }

  @Override
  public void refused(SqlError why) {
    fail(ErrorFields.of(why, Severity.ERROR));
  }

  @Override
  public boolean copying() {
    return taking && backend.orElseThrow().link().writable();
  }

  @Override
  public void copyMessage(byte type, ByteBuf body) {
    Backend catalog = backend.orElseThrow();
    switch (type) {
      case MessageType.Frontend.COPY_DATA -> {
        FrontendEncoder.copyDataHeader(catalog.link().out(), body.readableBytes());
        catalog.link().forward(body.retainedSlice());
      }
      case MessageType.Frontend.COPY_DONE -> {
        taking = false;
        FrontendEncoder.copyDone(catalog.link().out());
      }
      case MessageType.Frontend.COPY_FAIL -> {
        taking = false;
        FrontendEncoder.copyFail(catalog.link().out(), FrontendDecoder.string(body));
      }
      case MessageType.Frontend.FLUSH, MessageType.Frontend.SYNC -> {
        // Sent by clients that did not know that their statement was a COPY.
      }
      default -> {
        taking = false;
        SqlError why = CopyInOperator.unexpected(type);
        call.scopes().synchronizationLost(ErrorFields.of(why, Severity.ERROR));
      }
    }
    catalog.link().flush();
  }

  @Override
  public boolean wholeFrames() {
    return false;
  }

  @Override
  public void rows(ByteBuf run) {
    call.output().rows(run);
    if (!call.output().writable()) {
      backend.orElseThrow().link().pause();
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    if (writable) {
      backend.ifPresent(catalog -> catalog.link().resume());
    }
  }

  @Override
  public void message(byte type, ByteBuf body) {
    switch (type) {
      case MessageType.Backend.COPY_IN -> copyIn(CopyResponse.decode(body));
      case MessageType.Backend.COPY_OUT -> {
        CopyResponse response = CopyResponse.decode(body);
        BackendEncoder.copyOutResponse(
            call.output().rowBuffer(), response.format(), response.columnFormats());
      }
      case MessageType.Backend.COPY_DONE -> BackendEncoder.copyDone(call.output().rowBuffer());
      case MessageType.Backend.COMMAND_COMPLETE -> tag = CommandTag.text(body);
      case MessageType.Backend.ERROR -> {
        taking = false;
        ErrorFields fields = ErrorFields.decode(body);
        error = error.or(() -> Optional.of(StatementError.of(call, fields, Node.CATALOG_ID)));
      }
      case MessageType.Backend.NOTICE -> call.output().notice(ErrorFields.decode(body));
      default -> {
        // Of no interest to a COPY.
      }
    }
  }

  private void copyIn(CopyResponse response) {
    BackendEncoder.copyInResponse(
        call.output().rowBuffer(), response.format(), response.columnFormats());
    call.output().flush();
    taking = true;
    takeLater();
  }

  /** Messages that came early are taken after this one, not within it. */
  private void takeLater() {
    if (!takeScheduled) {
      takeScheduled = true;
      call.services().loop().execute(this::take);
    }
  }

  private void take() {
    takeScheduled = false;
    if (copying()) {
      call.scopes().takeMessages();
    }
  }

  @Override
  public void burstEnd() {
    call.output().flush();
  }

  @Override
  public void ready(char status) {
    end();
    if (error.isPresent()) {
      fail(error.get());
    } else {
      call.closeBareScope();
      call.completed(tag);
    }
  }

  @Override
  public void broken(SqlError why) {
    end();
    fail(error.orElseGet(() -> ErrorFields.of(why, Severity.ERROR)));
  }

  private void end() {
    taking = false;
    backend.orElseThrow().link().setListener(LinkListener.NONE);
  }

  private void fail(ErrorFields shown) {
    call.transaction().fail();
    call.closeBareScope();
    call.failed(shown);
  }

  /** The client waits while the server does not keep up. */
  private final class Writability implements LinkListener {
    @Override
    public void message(byte type, ByteBuf body) {}

    @Override
    public void writable(boolean writable) {
      if (writable) {
        takeLater();
      }
    }
  }
}
