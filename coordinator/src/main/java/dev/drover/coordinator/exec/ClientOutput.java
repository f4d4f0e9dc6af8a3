package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.netty.FrontendChannel;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a statement's results are written to: the client's connection.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class ClientOutput implements ResultOutput {
  private final FrontendChannel channel;

  public ClientOutput(FrontendChannel channel) {
    this.channel = channel;
  }

  public FrontendChannel channel() {
    return channel;
  }

  @Override
  public void simpleRowDescription(CachedPlan cached) {
    channel.out().writeBytes(cached.textRowDescription());
  }

  /** The answer to Describe: columns in the formats that Bind asked for, or NoData. */
  public void describe(CachedPlan cached, Optional<Bind> bind) {
    List<FieldDescription> columns = cached.facts().columns();
    if (!cached.returnsRows()) {
      BackendEncoder.noData(channel.out());
      return;
    }
    List<FieldDescription> formatted = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      FieldDescription column = columns.get(i);
      int format = bind.isPresent() ? bind.get().resultFormat(i) : 0;
      formatted.add(
          new FieldDescription(
              column.name(),
              column.tableOid(),
              column.attnum(),
              column.typeOid(),
              column.typeLength(),
              column.typmod(),
              (short) format));
    }
    BackendEncoder.rowDescription(channel.out(), formatted);
  }

  @Override
  public void rows(ByteBuf run) {
    channel.forward(run);
  }

  @Override
  public ByteBuf rowBuffer() {
    return channel.out();
  }

  public void commandComplete(String tag) {
    if (tag.isEmpty()) {
      BackendEncoder.emptyQuery(channel.out());
    } else {
      BackendEncoder.commandComplete(channel.out(), tag);
    }
  }

  @Override
  public void notice(ErrorFields fields) {
    BackendEncoder.notice(channel.out(), fields);
  }

  public void error(ErrorFields fields) {
    BackendEncoder.error(channel.out(), fields);
  }

  @Override
  public boolean writable() {
    return channel.writable();
  }

  @Override
  public void flush() {
    channel.flush();
  }
}
