package dev.drover.coordinator.exec;

import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.StatementFacts;
import io.netty.buffer.ByteBuf;
import java.util.BitSet;
import java.util.Optional;

/**
 * Sends a plan's text to a server, in the protocol the client used: as a simple query, or bound to
 * the client's parameters under a statement that the server keeps.
 *
 * <p>Threads: stateless.
 */
public final class ServerCommand {
  private ServerCommand() {}

  /** A simple query; the reply ends at its ReadyForQuery. */
  public static void query(Backend backend, SqlText sql, Rendering rendering, Reply reply) {
    ByteBuf out = backend.startQuery();
    out.writeByte(MessageType.Frontend.QUERY);
    int length = out.writerIndex();
    out.writeInt(0);
    backend.startText(out);
    rendering.write(sql, out);
    out.writeByte(0);
    out.setInt(length, out.writerIndex() - length);
    backend.expect(reply);
  }

  /**
   * Parse when needed, Bind with the client's values, Execute, Sync. A statement that the server
   * did not come to prepare is forgotten again. One of the simple protocol is described when it is
   * prepared.
   */
  public static void execute(
      Backend backend, Call call, Bound bound, Rendering rendering, Reply reply) {
    bind(backend, call, bound, rendering, reply).execute();
  }

  /** The same as far as Bind; the unit stays open. The caller flushes. */
  public static BoundQuery bind(
      Backend backend, Call call, Bound bound, Rendering rendering, Reply reply) {
    ByteBuf out = backend.startUnit();
    StatementFacts facts = call.cached().facts();
    BitSet unused = UnusedParameters.of(facts, bound.sql(), rendering);
    String name = bound.key() == 0 ? "" : backend.statements().nameOf(bound.key());
    boolean parse = name.isEmpty();
    if (parse) {
      if (bound.key() != 0) {
        name = backend.statements().add(bound.key());
        closeEvicted(backend, out);
      }
      int[] types = rendering.parameters().types(UnusedParameters.types(facts, unused));
      FrontendEncoder.parse(out, name, rendering.bytes(bound.sql()), types);
    }
    BoundQuery query = new BoundQuery(backend, rendering, bound, name, unused);
    query.bind(out);
    if (parse && call.simple() && bound.key() != 0) {
      FrontendEncoder.describePortal(out, bound.portal());
    }
    backend.expect(
        parse && bound.key() != 0 ? new PreparingReply(reply, backend, bound.key()) : reply);
    return query;
  }

  /**
   * Parse and Bind of one of several portals in a unit that the caller has started, under names
   * that may be taken.
   */
  public static BoundQuery addTo(ByteBuf unit, Backend backend, Bound bound, Rendering rendering) {
    StatementFacts facts = rendering.call().cached().facts();
    BitSet unused = UnusedParameters.of(facts, bound.sql(), rendering);
    String statement = bound.portal();
    FrontendEncoder.closeStatement(unit, statement);
    FrontendEncoder.closePortal(unit, bound.portal());
    int[] types = UnusedParameters.types(facts, unused);
    FrontendEncoder.parse(unit, statement, rendering.bytes(bound.sql()), types);
    BoundQuery query = new BoundQuery(backend, rendering, bound, statement, unused);
    query.bind(unit);
    return query;
  }

  /**
   * What {@link #execute} sends.
   *
   * @param key identifies the text on the server; 0 for the unnamed statement
   * @param resultFormats empty for those that the client's Bind asks for
   * @param maxRows 0 for all
   * @param portal named when it may be suspended
   */
  public record Bound(
      SqlText sql, long key, Optional<int[]> resultFormats, int maxRows, String portal) {}

  /** Within the same unit; no reply takes notice of a CloseComplete. */
  private static void closeEvicted(Backend backend, ByteBuf out) {
    for (String name : backend.statements().takeEvicted()) {
      FrontendEncoder.closeStatement(out, name);
    }
  }
}
