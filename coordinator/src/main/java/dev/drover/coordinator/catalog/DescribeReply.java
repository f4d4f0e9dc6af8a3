package dev.drover.coordinator.catalog;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.RowDescription;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.StatementFacts;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parse and Describe of a statement on a server, and what it answers. */
final class DescribeReply implements Reply {
  /** Told once. */
  interface Described {
    void done(StatementFacts facts, Optional<ErrorFields> error);
  }

  private static final String UNNAMED = "";

  private final Described described;
  private Runnable release = () -> {};
  private List<Integer> parameters = List.of();
  private List<FieldDescription> columns = List.of();
  private boolean returnsRows;
  private Optional<ErrorFields> error = Optional.empty();

  DescribeReply(Described described) {
    this.described = described;
  }

  /** The connection goes back to the pool when the answer is here. */
  void releaseTo(BackendPool pool, Backend backend) {
    release = () -> pool.release(backend);
  }

  void send(Backend backend, StatementText text, int[] parameterTypes) {
    ByteBuf out = backend.link().out();
    FrontendEncoder.parse(out, UNNAMED, text.utf8(), parameterTypes);
    FrontendEncoder.describeStatement(out, UNNAMED);
    FrontendEncoder.sync(out);
    backend.link().expect(this);
    backend.link().flush();
  }

  @Override
  public void rows(ByteBuf run) {
    run.release();
  }

  @Override
  public void message(byte type, ByteBuf body) {
    switch (type) {
      case MessageType.Backend.PARAMETER_DESCRIPTION -> {
        List<Integer> types = new ArrayList<>();
        for (int oid : BackendDecoder.parameterDescription(body)) {
          types.add(oid);
        }
        parameters = types;
      }
      case MessageType.Backend.ROW_DESCRIPTION -> {
        columns = RowDescription.decode(body).fields();
        returnsRows = true;
      }
      case MessageType.Backend.ERROR -> error = Optional.of(ErrorFields.decode(body));
      default -> {
        // ParseComplete, NoData and notices say nothing more.
      }
    }
  }

  @Override
  public void ready(char status) {
    release.run();
    described.done(new StatementFacts(parameters, columns, returnsRows), error);
  }

  @Override
  public void broken(SqlError why) {
    release.run();
    described.done(
        new StatementFacts(List.of(), List.of()), Optional.of(ErrorFields.of(why, Severity.ERROR)));
  }
}
