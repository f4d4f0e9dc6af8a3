package dev.drover.coordinator.ddl;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.exec.Call;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;

/**
 * What fills a table that a statement has just made: a text that can be planned only now. It runs
 * in the place of the client's statement, whose tag counts its rows.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class DeferredStatement implements StatementPlanner.Answer, Call.Listener {
  private final Call call;
  private final StatementText text;
  private final String verb;

  /** {@code verb} is that of the client's tag. */
  DeferredStatement(Call call, StatementText text, String verb) {
    this.call = call;
    this.text = text;
    this.verb = verb;
  }

  @Override
  public void planned(CachedPlan plan) {
    try {
      call.services().operators().of(call.instead(text, plan).listenedBy(this)).start();
    } catch (SqlError e) {
      refused(e);
    }
  }

  @Override
  public void refused(SqlError error) {
    refused(ErrorFields.of(error, Severity.ERROR));
  }

  @Override
  public void refused(ErrorFields error) {
    call.transaction().fail();
    call.failed(error.without(ErrorFields.POSITION));
  }

  @Override
  public void completed(Call done, String tag) {
    call.completed(CommandTag.of(verb, CommandTag.parse(tag).rows().orElse(0)).format());
  }

  @Override
  public void failed(Call done, ErrorFields error) {
    call.failed(error.without(ErrorFields.POSITION));
  }

  @Override
  public void suspended(Call done) {
    throw new IllegalStateException("what makes a table has no row limit");
  }
}
