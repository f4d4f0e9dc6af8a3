package dev.drover.coordinator.fragments;

import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * The rows of a fragment that runs on a connection of its own.
 *
 * <p>Threads: confined to the session's event loop.
 *
 * @param form how its rows are sent
 */
record WorkerSource(Worker worker, FragmentPlaces.Place place, RowForm form) implements RowSource {
  @Override
  public int node() {
    return worker.node();
  }

  @Override
  public void start(Taker taker) {
    SqlText query = form.query(place.fragment().text());
    ServerCommand.Bound bound =
        new ServerCommand.Bound(query, 0, Optional.of(form.formats()), 0, "");
    worker.run(place.rendering(), bound, new Rows(taker), taker::end);
  }

  @Override
  public void pause() {
    worker.pause();
  }

  @Override
  public void resume() {
    worker.resume();
  }

  private record Rows(Taker taker) implements Reply {
    @Override
    public void rows(ByteBuf run) {
      taker.rows(run);
    }

    @Override
    public void message(byte type, ByteBuf body) {
      if (type == MessageType.Backend.COPY_OUT) {
        throw new IllegalStateException("a fragment is a query");
      }
    }

    @Override
    public void ready(char status) {}

    @Override
    public void broken(SqlError why) {}
  }
}
