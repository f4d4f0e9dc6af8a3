package dev.drover.coordinator.transfer;

import dev.drover.coordinator.copy.CopySink;
import dev.drover.coordinator.copy.CopyStatement;
import dev.drover.coordinator.copy.LineMap;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.StatementError;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.netty.LinkListener;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.plan.Plan.InsertTarget;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The nodes' end of a COPY: the transaction's connections, the COPYs open there, and what is owed
 * for them.
 *
 * <p>Nothing waits for an answer: the next COPY of a node is sent behind the last row of the one
 * before. What a node has not read yet is bounded by its connection's buffer of unsent bytes.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class CopyNodes implements CopySink {
  /** Told what the nodes say; never from within a call of {@link CopyNodes}. */
  interface Listener {
    /** The node's oldest COPY has ended well. */
    void acknowledged(int node);

    /** A node takes more bytes. */
    void writable();

    /** A COPY of the node has failed. */
    void failed(ErrorFields error);

    /** A COPY has ended, well or not. */
    void answered();
  }

  /**
   * How the nodes' COPY is written, and how it is shown in the user's words.
   *
   * @param shownTable empty when the user has no COPY, so that lines mean nothing
   * @param filled what is not to be shown of a row
   */
  record Text(
      CopyStatement statement,
      InsertTarget target,
      Optional<String> shownTable,
      FilledPrefix filled) {}

  /** What a server says of the row that it was at. */
  private static final Pattern COPY_CONTEXT =
      Pattern.compile("COPY .+, line \\d+.*", Pattern.DOTALL);

  private static final class NodeCopies {
    private final Participant participant;
    private boolean open;
    private boolean unflushed;
    private int outstanding;
    private long rows;

    private NodeCopies(Participant participant) {
      this.participant = participant;
    }

    private Backend backend() {
      return participant.backend();
    }
  }

  private final Call call;
  private final Text text;
  private final Supplier<LineMap> lines;
  private final Listener listener;
  private final Map<Integer, NodeCopies> nodes = new LinkedHashMap<>();
  private final SkippedRows skipped;
  private int outstanding;
  private boolean unflushed;
  private boolean pumpScheduled;
  private boolean closed;

  /** {@code lines} is asked when a node answers. */
  CopyNodes(
      Call call,
      Text text,
      List<Participant> participants,
      Supplier<LineMap> lines,
      Listener listener) {
    this.call = call;
    this.text = text;
    this.lines = lines;
    this.listener = listener;
    boolean copies = text.target().distribution() instanceof Distribution.Replicated;
    this.skipped =
        new SkippedRows(copies ? Optional.of(participants.getFirst().node()) : Optional.empty());
    for (Participant participant : participants) {
      nodes.put(participant.node(), new NodeCopies(participant));
      participant.backend().link().setListener(new Writability());
    }
  }

  @Override
  public boolean ready(int node) {
    return nodes.get(node).backend().link().writable();
  }

  @Override
  public void open(int node, int slot) {
    NodeCopies copies = nodes.get(node);
    copies.participant.markWrote();
    if (text.target().distribution() instanceof Distribution.Replicated replicated
        && replicated.primary() == node) {
      copies.participant.markCommitsLast();
    }
    copies.backend().query(text.statement().text(table(slot)), new CopyReply(node, copies));
    copies.open = true;
    copies.unflushed = true;
    unflushed = true;
    copies.outstanding++;
    outstanding++;
  }

  private String table(int slot) {
    if (slot == WHOLE_TABLE) {
      return text.target().table();
    }
    return switch (text.target().distribution()) {
      case Distribution.Hash hash -> Rendering.leafName(hash.leafName(), slot);
      case Distribution.Modulo modulo -> Rendering.leafName(modulo.leafName(), slot);
      case Distribution.Replicated _, Distribution.RoundRobin _, Distribution.CatalogNode _ ->
          throw new IllegalStateException("no leaves: " + text.target().table());
    };
  }

  @Override
  public void data(int node, ByteBuf messages) {
    NodeCopies copies = nodes.get(node);
    copies.backend().link().forward(messages);
    copies.unflushed = true;
    unflushed = true;
  }

  @Override
  public void close(int node) {
    NodeCopies copies = nodes.get(node);
    FrontendEncoder.copyDone(copies.backend().link().out());
    copies.open = false;
    copies.unflushed = true;
    unflushed = true;
  }

  /** Sends what was written. */
  void flush() {
    if (!unflushed) {
      return;
    }
    unflushed = false;
    for (NodeCopies copies : nodes.values()) {
      if (copies.unflushed) {
        copies.unflushed = false;
        copies.backend().link().flush();
      }
    }
  }

  /** COPYs that no node has answered yet. */
  boolean outstanding() {
    return outstanding > 0;
  }

  /** Ends every COPY without success; {@link Listener#answered} follows for each. */
  void abort() {
    for (NodeCopies copies : nodes.values()) {
      if (copies.open) {
        copies.open = false;
        FrontendEncoder.copyFail(copies.backend().link().out(), "the COPY failed elsewhere");
      }
      copies.backend().link().flush();
      if (copies.outstanding > 0) {
        copies.backend().cancel();
      }
    }
  }

  /** Leaves the connections to others. */
  void release() {
    closed = true;
    nodes.values().forEach(copies -> copies.backend().link().setListener(LinkListener.NONE));
  }

  /** The count of the rows that were left out, as a notice. */
  Optional<ErrorFields> skippedRows() {
    return skipped.sum();
  }

  /**
   * Rows that the nodes have taken; those of a replicated table count once.
   *
   * @throws SqlError when the copies of a replicated table took different numbers
   */
  long rows() {
    if (!(text.target().distribution() instanceof Distribution.Replicated)) {
      return nodes.values().stream().mapToLong(copies -> copies.rows).sum();
    }
    long[] distinct = nodes.values().stream().mapToLong(copies -> copies.rows).distinct().toArray();
    if (distinct.length > 1) {
      throw SqlError.of(
              SqlState.INTERNAL_ERROR,
              "the nodes of a replicated table took different numbers of rows")
          .withHint("The statement was rolled back on every node.");
    }
    return distinct[0];
  }

  private void pump() {
    pumpScheduled = false;
    if (!closed) {
      listener.writable();
    }
  }

  /** The signal may come from within a flush, so it is passed on afterwards. */
  private final class Writability implements LinkListener {
    @Override
    public void message(byte type, ByteBuf body) {}

    @Override
    public void writable(boolean writable) {
      if (writable && !pumpScheduled) {
        pumpScheduled = true;
        call.services().loop().execute(CopyNodes.this::pump);
      }
    }
  }

  /** The answer to one COPY. */
  private final class CopyReply implements Reply {
    private final int node;
    private final NodeCopies copies;
    private Optional<ErrorFields> error = Optional.empty();

    CopyReply(int node, NodeCopies copies) {
      this.node = node;
      this.copies = copies;
    }

    @Override
    public void rows(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      switch (type) {
        case MessageType.Backend.COMMAND_COMPLETE ->
            copies.rows += CommandTag.decode(body).rows().orElse(0);
        case MessageType.Backend.ERROR -> {
          ErrorFields fields =
              withClientLine(ErrorFields.decode(body).without(ErrorFields.POSITION));
          error = error.or(() -> Optional.of(StatementError.of(call, fields, node)));
        }
        case MessageType.Backend.NOTICE -> {
          ErrorFields fields = withClientLine(ErrorFields.decode(body));
          skipped
              .shown(node, fields, this::clientLine)
              .ifPresent(n -> call.output().notice(StatementError.notice(call, n, node)));
        }
        default -> {
          // The server's CopyInResponse was not waited for.
        }
      }
    }

    private String clientLine(String line) {
      LineMap map = lines.get();
      String context = map.translate(node, map.oldest(node), "t", "COPY t, line " + line);
      return context.substring(context.lastIndexOf(' ') + 1);
    }

    private ErrorFields withClientLine(ErrorFields fields) {
      Optional<String> context = fields.get(ErrorFields.WHERE);
      if (context.isEmpty()) {
        return fields;
      }
      if (text.shownTable().isEmpty()) {
        boolean ofCopy = COPY_CONTEXT.matcher(context.get()).matches();
        return ofCopy ? fields.without(ErrorFields.WHERE) : fields;
      }
      LineMap map = lines.get();
      String shown = map.translate(node, map.oldest(node), text.shownTable().get(), context.get());
      return fields.with(ErrorFields.WHERE, text.filled().removeFrom(shown));
    }

    @Override
    public void ready(char status) {
      answered();
      error.ifPresentOrElse(listener::failed, () -> listener.acknowledged(node));
      listener.answered();
    }

    private void answered() {
      copies.outstanding--;
      outstanding--;
    }

    @Override
    public void broken(SqlError why) {
      answered();
      copies.open = false;
      listener.failed(ErrorFields.of(why, Severity.ERROR));
      listener.answered();
    }
  }
}
