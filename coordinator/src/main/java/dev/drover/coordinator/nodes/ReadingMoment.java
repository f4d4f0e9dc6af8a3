package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.MomentBinding;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import java.util.function.Consumer;

/** Of a query, whose snapshot is that of its Bind. */
final class ReadingMoment implements FanMoment, MomentBinding.Listener {
  private final Call call;
  private final int nodes;
  private final Host host;
  private final MomentBinding binding;

  ReadingMoment(Call call, int nodes, Host host) {
    this.call = call;
    this.nodes = nodes;
    this.host = host;
    this.binding = new MomentBinding(call.transaction().services().moments(), this);
  }

  @Override
  public void start() {
    binding.start(nodes, host::bind);
  }

  @Override
  public void bound() {
    binding.nodeBound();
  }

  @Override
  public boolean isDecided() {
    return !binding.isUnderWay();
  }

  @Override
  public void giveUp() {
    binding.giveUp();
  }

  @Override
  public void cancel() {
    binding.cancel();
  }

  /** Nodes that have bound hold their locks, so that nothing moves away before they are done. */
  @Override
  public void check(Runnable holds, Consumer<SqlError> otherwise) {
    call.whenPlanHolds(
        () -> {
          call.planHeld();
          holds.run();
        },
        otherwise);
  }

  @Override
  public void found() {
    host.found();
  }

  @Override
  public void gaveUp(ErrorFields why) {
    host.failed(why);
  }
}
