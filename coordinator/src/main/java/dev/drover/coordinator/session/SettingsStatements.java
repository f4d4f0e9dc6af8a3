package dev.drover.coordinator.session;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.settings.DroverSettings;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.coordinator.txn.TransactionDefaults;
import dev.drover.coordinator.txn.TransactionModes;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.TransactionCommand.Isolation;
import dev.drover.planner.sql.TransactionCommand.Modes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * SET, RESET and SHOW. PostgreSQL checks a value on the catalog node and gives it back in canonical
 * form; what it said is what every other connection of the session gets.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class SettingsStatements {
  private static final List<String> IDENTITY =
      List.of(SettingsState.IS_SUPERUSER, SettingsState.SESSION_AUTHORIZATION, SettingsState.ROLE);
  private static final String APPLICATION_NAME = "application_name";
  private static final String TRANSACTION_ISOLATION = "transaction_isolation";

  private final StatementRunner runner;
  private final Transaction transaction;
  private final SettingsTracker settings;

  SettingsStatements(StatementRunner runner, Transaction transaction, SettingsTracker settings) {
    this.runner = runner;
    this.transaction = transaction;
    this.settings = settings;
  }

  void set(Call call, SessionCommand.SetVariable set) {
    boolean local = set.scope() == SessionCommand.SetVariable.Scope.LOCAL;
    if (local && transaction.scope() == Transaction.Scope.NONE) {
      call.output()
          .notice(
              ErrorFields.warning(
                  SqlState.NO_ACTIVE_SQL_TRANSACTION,
                  "SET LOCAL can only be used in transaction blocks"));
    }
    if (set.name().equals(SettingsState.CLIENT_ENCODING)) {
      clientEncoding(call, set, local);
      return;
    }
    if (!set.isDefault()) {
      TransactionDefaults.check(set.name(), set.values().getFirst().text());
    }
    String text = call.text().toString();
    change(call, new Change(List.of(set.name()), text, local, set.isDefault(), "SET"));
  }

  /** No server is told: the coordinator itself converts. */
  private void clientEncoding(Call call, SessionCommand.SetVariable set, boolean local) {
    if (set.isDefault()) {
      settings.reset(SettingsState.CLIENT_ENCODING, local);
      encodingSet(call, "SET");
      return;
    }
    Encodings.find(
        runner.pool(),
        transaction.role(),
        set.values().getFirst().text(),
        found -> {
          if (!local || transaction.scope() != Transaction.Scope.NONE) {
            settings.encoding(found, local);
          }
          encodingSet(call, "SET");
        },
        call::failed);
  }

  private void encodingSet(Call call, String tag) {
    if (transaction.scope() == Transaction.Scope.NONE) {
      settings.transactionEnded(true);
    }
    call.completed(tag);
  }

  void reset(Call call, SessionCommand.Reset reset) {
    if (reset.name().isEmpty()) {
      Set<String> names = settings.resetAll();
      transaction.localSettings(settings.localStatements());
      if (transaction.scope() == Transaction.Scope.NONE) {
        settings.transactionEnded(true);
      }
      transaction.broadcast(settings.localSql(names), error -> finish(call, error, "RESET"));
      return;
    }
    if (reset.name().get().equals(SettingsState.CLIENT_ENCODING)) {
      settings.reset(SettingsState.CLIENT_ENCODING, false);
      encodingSet(call, "RESET");
      return;
    }
    String text = call.text().toString();
    change(call, new Change(List.of(reset.name().get()), text, false, true, "RESET"));
  }

  void sessionCharacteristics(Call call, Modes modes) {
    String text = call.text().toString();
    change(call, new Change(TransactionModes.defaultSettings(modes), text, false, false, "SET"));
  }

  /** What to run on the catalog node, and which settings it changes. */
  private record Change(
      List<String> names, String sql, boolean local, boolean toDefault, String tag) {
    /** A session's authorization decides about its role too. */
    Change {
      boolean identity = names.stream().anyMatch(SettingsState::isIdentity);
      names = identity ? IDENTITY : List.copyOf(names);
    }
  }

  private void change(Call call, Change change) {
    call.openScope(true);
    transaction.join(
        Node.CATALOG_ID,
        new Transaction.Joining() {
          @Override
          public void joined(Participant participant) {
            send(call, change, participant);
          }

          @Override
          public void refused(SqlError error) {
            transaction.fail();
            call.closeBareScope();
            call.failed(error);
          }
        });
  }

  private void send(Call call, Change change, Participant participant) {
    Backend backend = participant.backend();
    String values =
        change.names().stream()
            .map(n -> "pg_catalog.current_setting(" + SettingsState.literal(n) + ", true)")
            .collect(Collectors.joining(", ", "SELECT ", ""));
    backend.query(change.sql(), new QuietReply(this::changed));
    backend.query(values, new QuietReply(reply -> readBack(call, change, participant, reply)));
    backend.link().flush();
  }

  private Optional<ErrorFields> failure = Optional.empty();

  private void changed(QuietReply reply) {
    failure = reply.error();
  }

  private void readBack(Call call, Change change, Participant participant, QuietReply reply) {
    Optional<ErrorFields> error = failure.or(reply::error);
    failure = Optional.empty();
    participant.backend().forgetSettings();
    if (error.isPresent() || reply.lost().isPresent()) {
      transaction.fail();
      call.closeBareScope();
      if (error.isPresent()) {
        call.failed(error.get());
      } else {
        call.failed(reply.lost().orElseThrow());
      }
      return;
    }
    call.closeBareScope();
    boolean outside = transaction.scope() == Transaction.Scope.NONE;
    if (!change.local() || !outside) {
      record(change, reply.rows().getFirst());
    }
    if (outside) {
      settings.transactionEnded(true);
      call.completed(change.tag());
      return;
    }
    transaction.localSettings(settings.localStatements());
    transaction.broadcast(
        settings.localSql(change.names()), done -> finish(call, done, change.tag()));
  }

  private void record(Change change, List<Optional<String>> values) {
    for (int i = 0; i < change.names().size(); i++) {
      String name = change.names().get(i);
      String value = values.get(i).orElse("");
      if (name.equals(TRANSACTION_ISOLATION)) {
        Isolation isolation = TransactionDefaults.isolationOf(value);
        transaction
            .view()
            .change(new Modes(Optional.of(isolation), Optional.empty(), Optional.empty()));
      }
      boolean own = name.indexOf('.') >= 0;
      boolean isDefault = change.toDefault() && !own && change.names().size() == 1;
      if (isDefault || settings.isOwnIdentity(name, value)) {
        settings.reset(name, change.local());
      } else {
        settings.set(name, value, change.local());
      }
    }
  }

  private void finish(Call call, Optional<ErrorFields> error, String tag) {
    if (error.isPresent()) {
      transaction.fail();
      call.failed(error.get());
    } else {
      call.completed(tag);
    }
  }

  /** What no server knows is answered here; the rest by the catalog node. */
  void show(Call call, SessionCommand.Show show) {
    Optional<String> own = ownValue(show.name().orElse(""));
    if (own.isPresent()) {
      String value = own.get();
      if (call.simple()) {
        call.output().simpleRowDescription(call.cached());
      }
      BackendEncoder.dataRow(
          call.output().rowBuffer(), List.of(value.getBytes(StandardCharsets.UTF_8)));
      call.completed("SHOW");
      return;
    }
    runner.runLocal(call, new Plan.Local(SqlText.cut(call.text().toString(), 0), false, false));
  }

  private Optional<String> ownValue(String name) {
    Map<String, String> values = settings.effective().values();
    return switch (name) {
      case APPLICATION_NAME -> Optional.of(values.getOrDefault(name, ""));
      case SettingsState.CLIENT_ENCODING -> Optional.of(values.getOrDefault(name, Encodings.UTF8));
      case DroverSettings.GATE -> Optional.of(transaction.services().moments().statistics().text());
      case DroverSettings.PAUSED -> Optional.of(transaction.services().pause().cluster().text());
      case DroverSettings.GLOBAL_SNAPSHOT ->
          Optional.of(settings.transactionDefaults().snapshots().text());
      case DroverSettings.MAX_AGE ->
          Optional.of(settings.transactionDefaults().maxAgeMillis() + "ms");
      case DroverSettings.GATHER_LIMIT ->
          Optional.of(settings.transactionDefaults().gatherLimit().toString());
      default -> Optional.empty();
    };
  }
}
