package dev.drover.coordinator.exec;

import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.ErrorFields;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A statement that the catalog node answers. When it may have changed settings, they are read back,
 * so that every other connection of the session follows.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class LocalOperator implements Operator, Call.Listener {
  private static final int[] NO_SLOTS = {};
  private static final String SESSION_SETTINGS =
      "SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.pg_settings"
          + " WHERE source = 'session'";

  private final Call call;
  private final Plan.Local plan;
  private final Operator inner;

  LocalOperator(Call call, Plan.Local plan) {
    this.call = call;
    this.plan = plan;
    Call innerCall = plan.changesSettings() ? call.listenedBy(this) : call;
    this.inner =
        new SingleNodeOperator(
            innerCall,
            new SingleNodeOperator.Task(
                Node.CATALOG_ID, plan.text(), List.of(), NO_SLOTS, false, plan.pinsConnection()));
  }

  @Override
  public void start() {
    if (plan.changesSettings()) {
      call.openScope(false);
      call.transaction().noteTemporary();
    }
    inner.start();
  }

  @Override
  public void clientWritable(boolean writable) {
    inner.clientWritable(writable);
  }

  @Override
  public void completed(Call done, String tag) {
    Participant catalog = call.transaction().find(Node.CATALOG_ID, false).orElseThrow();
    catalog
        .backend()
        .query(SESSION_SETTINGS, new QuietReply(reply -> settingsRead(catalog, reply, tag)));
    catalog.backend().link().flush();
  }

  private void settingsRead(Participant catalog, QuietReply reply, String tag) {
    Map<String, String> values = new HashMap<>();
    for (List<Optional<String>> row : reply.rows()) {
      values.put(row.get(0).orElseThrow(), row.get(1).orElse(""));
    }
    values.remove("application_name");
    values.remove("client_encoding");
    catalog.backend().forgetSettings();
    call.scopes().settingsRead(values);
    call.completed(tag);
  }

  @Override
  public void failed(Call done, ErrorFields error) {
    call.failed(error);
  }

  @Override
  public void suspended(Call done) {
    call.suspended();
  }
}
