package dev.drover.coordinator.dispatch;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.SingleNodeOperator;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
          + " WHERE source = 'session'"
          + " UNION ALL SELECT n, pg_catalog.current_setting(n)"
          + " FROM pg_catalog.unnest('{is_superuser,session_authorization,role}'::text[]) AS n";

  private final Call call;
  private final Plan.Local plan;
  private final Operator inner;

  LocalOperator(Call call, Plan.Local plan) {
    this.call = call;
    this.plan = plan;
    boolean listens = plan.changesSettings() || plan.notifies();
    Call innerCall = listens ? call.listenedBy(this) : call;
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
      call.transaction().temporaryUse().note();
    }
    if (call.transaction().scope() == Transaction.Scope.EXPLICIT) {
      call.transaction().view().see(inner::start, call::failed);
    } else {
      inner.start();
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    inner.clientWritable(writable);
  }

  @Override
  public void resume(int maxRows) {
    inner.resume(maxRows);
  }

  @Override
  public boolean rests() {
    return inner.rests();
  }

  @Override
  public void closeSuspended() {
    inner.closeSuspended();
  }

  @Override
  public void completed(Call done, String tag) {
    if (plan.notifies()) {
      call.transaction().find(Node.CATALOG_ID, false).ifPresent(Participant::markTemporary);
    }
    if (!plan.changesSettings()) {
      call.completed(tag);
      return;
    }
    Participant catalog = call.transaction().find(Node.CATALOG_ID, false).orElseThrow();
    List<SettingCalls> calls =
        SettingCalls.in(call.text().toString()).stream().map(this::bound).toList();
    StringBuilder sql = new StringBuilder(SESSION_SETTINGS);
    Set<String> names = new LinkedHashSet<>();
    calls.forEach(c -> names.add(c.name()));
    call.settings().values().keySet().stream().filter(n -> n.indexOf('.') >= 0).forEach(names::add);
    for (String name : names) {
      String literal = SettingsState.literal(name);
      sql.append(" UNION ALL SELECT ").append(literal).append(", pg_catalog.current_setting(");
      sql.append(literal).append(", true)");
    }
    catalog
        .backend()
        .query(sql.toString(), new QuietReply(reply -> settingsRead(catalog, reply, calls, tag)));
    catalog.backend().link().flush();
  }

  /** A name that is a parameter is its value. */
  private SettingCalls bound(SettingCalls found) {
    if (!found.name().matches("\\$[0-9]{1,5}") || call.bind().isEmpty()) {
      return found;
    }
    Bind bind = call.bind().get();
    int index = Integer.parseInt(found.name().substring(1)) - 1;
    if (index < 0 || index >= bind.paramCount() || bind.isNull(index)) {
      return found;
    }
    String name =
        new String(bind.bytes(), bind.offset(index), bind.length(index), StandardCharsets.UTF_8);
    return new SettingCalls(name.toLowerCase(Locale.ROOT), found.local());
  }

  private void settingsRead(
      Participant catalog, QuietReply reply, List<SettingCalls> calls, String tag) {
    Map<String, String> values = new LinkedHashMap<>();
    for (List<Optional<String>> row : reply.rows()) {
      row.get(1).ifPresent(value -> values.put(row.get(0).orElseThrow(), value));
    }
    values.remove("application_name");
    values.remove("client_encoding");
    Map<String, String> local = new LinkedHashMap<>();
    for (SettingCalls set : calls) {
      if (set.local()) {
        String value = values.remove(set.name());
        if (value != null) {
          local.put(set.name(), value);
        }
      }
    }
    catalog.backend().forgetSettings();
    call.scopes().settingsRead(values, local);
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
