package dev.drover.coordinator.copy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From "COPY t, line n" of a server to the line of the client's stream.
 *
 * <p>Each node's COPYs are numbered from 0. Only those that are not acknowledged are kept.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class LineMap {
  private static final Pattern CONTEXT =
      Pattern.compile("^COPY (.+?), line (\\d+)(.*)$", Pattern.MULTILINE | Pattern.DOTALL);

  private final Map<Integer, NodeCopies> nodes = new HashMap<>();

  private static final class NodeCopies {
    private final Deque<List<LineLog>> copies = new ArrayDeque<>();
    private long firstNumber;
  }

  void opened(int node) {
    of(node).copies.add(new ArrayList<>());
  }

  /** Rows of the node's newest COPY. */
  void add(int node, LineLog rows) {
    of(node).copies.getLast().add(rows);
  }

  /** The node's oldest COPY has ended well. */
  void acknowledged(int node) {
    NodeCopies copies = of(node);
    copies.copies.remove();
    copies.firstNumber++;
  }

  /** COPYs of the node that are not acknowledged. */
  public int pending(int node) {
    return of(node).copies.size();
  }

  /** Number of the COPY to which the node's next reply belongs. */
  public long oldest(int node) {
    return of(node).firstNumber;
  }

  /** The client's line of a server's line; empty when there is none such. */
  public OptionalLong clientLine(int node, long copyNumber, long line) {
    NodeCopies copies = of(node);
    long index = copyNumber - copies.firstNumber;
    if (index < 0 || index >= copies.copies.size()) {
      return OptionalLong.empty();
    }
    return find(copies.copies.stream().skip(index).findFirst().orElseThrow(), line);
  }

  /**
   * A server's CONTEXT with the client's line and the table's name in it.
   *
   * @param table as the client knows it, unqualified
   */
  public String translate(int node, long copyNumber, String table, String context) {
    Matcher matcher = CONTEXT.matcher(context);
    if (!matcher.find()) {
      return context;
    }
    OptionalLong line = clientLine(node, copyNumber, Long.parseLong(matcher.group(2)));
    String number = line.isPresent() ? Long.toString(line.getAsLong()) : matcher.group(2);
    return context.substring(0, matcher.start())
        + ("COPY " + table + ", line " + number)
        + matcher.group(3);
  }

  private static OptionalLong find(List<LineLog> logs, long line) {
    long serverLine = 0;
    boolean first = true;
    for (LineLog log : logs) {
      LineLog.Cursor rows = log.cursor();
      while (rows.next()) {
        serverLine += rows.serverLines(first);
        first = false;
        if (serverLine >= line) {
          return OptionalLong.of(rows.clientLine());
        }
      }
    }
    return OptionalLong.empty();
  }

  private NodeCopies of(int node) {
    return nodes.computeIfAbsent(node, n -> new NodeCopies());
  }
}
