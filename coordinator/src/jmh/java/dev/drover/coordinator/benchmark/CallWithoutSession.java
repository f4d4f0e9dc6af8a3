package dev.drover.coordinator.benchmark;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.ResultOutput;
import dev.drover.coordinator.snapshot.CommitCounts;
import dev.drover.coordinator.snapshot.CommitGate;
import dev.drover.coordinator.snapshot.GateSwitch;
import dev.drover.coordinator.snapshot.SecondPhases;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionServices;
import dev.drover.pgwire.ErrorFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Calls that are asked for their text only: what they would need to run is not there. */
final class CallWithoutSession {
  private static final Transaction TRANSACTION =
      new Transaction(
          new TransactionServices(
              null,
              null,
              null,
              new CommitGate(new GateSwitch(), new CommitCounts(), new SecondPhases()),
              null,
              null,
              null,
              null,
              null,
              null,
              null),
          "postgres",
          warning -> {});
  private static final Call.CallContext CONTEXT = new Call.CallContext(null, null, null);
  private static final ResultOutput OUTPUT = new NoOutput();

  private CallWithoutSession() {}

  static Call of(Call.Request request, CachedPlan plan) {
    return new Call(request, plan, TRANSACTION, OUTPUT, CONTEXT);
  }

  private static final class NoOutput implements ResultOutput {
    @Override
    public void simpleRowDescription(CachedPlan cached) {}

    @Override
    public void rows(ByteBuf run) {
      run.release();
    }

    @Override
    public ByteBuf rowBuffer() {
      return Unpooled.buffer();
    }

    @Override
    public void notice(ErrorFields fields) {}

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void flush() {}
  }
}
