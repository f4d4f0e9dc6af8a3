package dev.drover.coordinator.nodes;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.netty.BackendLink;
import dev.drover.pgwire.netty.Reply;
import java.util.BitSet;
import java.util.List;

/**
 * The nodes of a statement whose portals have come to the row limit.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class RestingNodes {
  private final Call call;
  private final BitSet nodes = new BitSet();

  RestingNodes(Call call) {
    this.call = call;
  }

  void add(int index) {
    nodes.set(index);
  }

  boolean has(int index) {
    return nodes.get(index);
  }

  int count() {
    return nodes.cardinality();
  }

  List<Integer> all() {
    return nodes.stream().boxed().toList();
  }

  /** They are at rest no more. */
  List<Integer> takeAll() {
    List<Integer> all = all();
    nodes.clear();
    return all;
  }

  /** For as many rows again. */
  void ask(int index, BackendLink link, Reply reply) {
    nodes.clear(index);
    FrontendEncoder.execute(link.out(), call.serverPortal(), call.request().maxRows());
    FrontendEncoder.sync(link.out());
    link.expect(reply);
    link.flush();
  }

  void close(BackendLink link) {
    FrontendEncoder.closePortal(link.out(), call.serverPortal());
    FrontendEncoder.sync(link.out());
    link.expect(new QuietReply());
    link.flush();
  }
}
