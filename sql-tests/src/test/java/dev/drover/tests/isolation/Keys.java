package dev.drover.tests.isolation;

import dev.drover.tests.Endpoint;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Integers for {@code $a} to {@code $d}, ascending, chosen by where Drover would put their rows.
 */
record Keys(List<Integer> together, List<Integer> spread) {
  private static final int CANDIDATES = 40;
  private static final int COUNT = 4;
  private static final Pattern NODE = Pattern.compile("\\bdn\\d+\\b");

  Keys {
    together = List.copyOf(together);
    spread = List.copyOf(spread);
    if (together.size() < COUNT || spread.size() < COUNT) {
      throw new IllegalArgumentException("too few keys: " + together + ", " + spread);
    }
  }

  static Keys of(Endpoint drover) {
    if (!drover.isDrover()) {
      return new Keys(List.of(1, 2, 3, 4), List.of(1, 2, 3, 4));
    }
    Map<Integer, String> nodes = nodes(drover);
    List<Integer> together =
        nodes.keySet().stream().filter(key -> nodes.get(key).equals(nodes.get(1))).toList();
    List<Integer> spread = new ArrayList<>();
    for (int key : nodes.keySet()) {
      List<String> used = spread.stream().map(nodes::get).toList();
      boolean closesTheRing = used.size() == COUNT - 1 && nodes.get(key).equals(used.getFirst());
      if (used.size() < COUNT - 1 ? !used.contains(nodes.get(key)) : closesTheRing) {
        spread.add(key);
      }
    }
    return new Keys(together.subList(0, COUNT), spread);
  }

  List<Integer> of(Placement placement) {
    return switch (placement) {
      case TOGETHER -> together;
      case SPREAD -> spread;
    };
  }

  private static Map<Integer, String> nodes(Endpoint drover) {
    Map<Integer, String> nodes = new TreeMap<>();
    try (WireClient client = WireClient.login(drover)) {
      client.query("CREATE TABLE isolation_keys (id int) DISTRIBUTE BY HASH (id)");
      for (int key = 1; key <= CANDIDATES; key++) {
        nodes.put(key, node(client.query("EXPLAIN SELECT FROM isolation_keys WHERE id = " + key)));
      }
      client.query("DROP TABLE isolation_keys");
    }
    return nodes;
  }

  private static String node(List<Message> plan) {
    Matcher node = NODE.matcher(String.join("\n", Transcript.of(plan)));
    if (!node.find()) {
      throw new IllegalStateException("no node is named: " + Transcript.of(plan));
    }
    return node.group();
  }
}
