package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.pool.Question;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.Span;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * EXECUTE: the arguments are evaluated once, by PostgreSQL, and bound to the prepared statement as
 * the protocol would bind them.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class SqlExecute implements Call.Listener {
  private static final int FRAME_HEADER = 5;

  private final StatementRunner runner;
  private final Call call;
  private final PreparedStatement statement;
  private final CachedPlan plan;
  private final SessionCommand.Execute execute;

  /** {@code plan} is what is run: the statement's, or one that explains it. */
  SqlExecute(
      StatementRunner runner,
      Call call,
      PreparedStatement statement,
      CachedPlan plan,
      SessionCommand.Execute execute) {
    this.runner = runner;
    this.call = call;
    this.statement = statement;
    this.plan = plan;
    this.execute = execute;
  }

  void start() {
    List<Integer> types = statement.plan().facts().parameterTypes();
    if (types.size() != execute.arguments().size()) {
      throw SqlError.of(
              SqlState.SYNTAX_ERROR,
              "wrong number of parameters for prepared statement \"" + statement.name() + "\"")
          .withDetail(
              "Expected %d parameters but got %d."
                  .formatted(types.size(), execute.arguments().size()));
    }
    if (types.isEmpty()) {
      run(List.of());
      return;
    }
    SqlText question = question(types);
    Rendering rendering = new Rendering(call, List.of(), new int[0]);
    new Question(runner.transaction().role(), runner.settings(), rendering.string(question))
        .askPlaced(
            runner.pool(), this::evaluated, error -> fail(rendering.placed(question, error)));
  }

  private SqlText question(List<Integer> types) {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      Span argument = execute.arguments().get(i).span();
      String type = runner.view().types().name(types.get(i)).orElse("text");
      pieces.add(Piece.Fixed.of(i == 0 ? "SELECT (" : ", ("));
      pieces.add(Piece.Fixed.cut(argument.of(call.text().utf8()), 0, argument.start()));
      pieces.add(Piece.Fixed.of(")::" + type));
    }
    return new SqlText(pieces);
  }

  private void evaluated(QuietReply reply) {
    List<byte[]> values = new ArrayList<>();
    for (Optional<String> value : reply.rows().getFirst()) {
      values.add(value.map(v -> v.getBytes(StandardCharsets.UTF_8)).orElse(null));
    }
    run(values);
  }

  private void run(List<byte[]> values) {
    int[] formats = call.bind().map(Bind::resultFormats).orElseGet(() -> new int[0]);
    ByteBuf frame = Unpooled.buffer();
    FrontendEncoder.bind(frame, "", "", BindParameters.text(values), formats);
    frame.skipBytes(FRAME_HEADER);
    Call.Request request =
        new Call.Request(
            statement.text(),
            Optional.of(Bind.decode(frame)),
            0,
            0,
            call.request().alone(),
            Optional.empty());
    if (call.simple() && plan.returnsRows()) {
      call.output().simpleRowDescription(plan);
    }
    runner.run(runner.call(call, request, plan, this));
  }

  private void fail(ErrorFields error) {
    runner.transaction().fail();
    call.failed(error);
  }

  @Override
  public void completed(Call done, String tag) {
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
