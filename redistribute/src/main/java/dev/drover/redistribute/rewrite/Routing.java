package dev.drover.redistribute.rewrite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import dev.drover.redistribute.move.Link;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which nodes a row of the new table belongs to.
 *
 * <p>Rows of a round robin table go by their texts, so that the removal of a row finds it.
 *
 * <p>Threads: confined to one at a time; may block.
 */
final class Routing {
  private final Rewrite rewrite;
  private final RewrittenTable table;
  private final Link oracle;
  private final RoutingHash hash = new RoutingHash();
  private final List<HashType> types;

  /**
   * @param oracle a server that has the new table; asked for keys that only PostgreSQL can read
   */
  Routing(Rewrite rewrite, RewrittenTable table, Link oracle) {
    this.rewrite = rewrite;
    this.table = table;
    this.oracle = oracle;
    this.types =
        rewrite.key().stream().map(key -> HashType.ofTypeOid(key.typeOid()).orElseThrow()).toList();
  }

  /** Ids of the nodes, by the texts of the columns. */
  List<Integer> nodes(List<Optional<String>> row) throws SQLException {
    return switch (rewrite.kind()) {
      case 'H', 'M' -> List.of(table.slots().get(slot(row)));
      case 'R' -> rewrite.nodes();
      default ->
          List.of(rewrite.nodes().get(Math.floorMod(row.hashCode(), rewrite.nodes().size())));
    };
  }

  private int slot(List<Optional<String>> row) throws SQLException {
    hash.start();
    for (int i = 0; i < types.size(); i++) {
      Optional<String> value = row.get(rewrite.key().get(i).position());
      if (value.isEmpty()) {
        hash.addNull();
        continue;
      }
      byte[] text = value.get().getBytes(UTF_8);
      if (!hash.addText(types.get(i), RoutingHash.NO_TYPMOD, text, 0, text.length)) {
        return ask(row);
      }
    }
    int modulus = table.slots().size();
    return rewrite.kind() == 'M' ? hash.moduloSlot(modulus) : hash.slot(modulus);
  }

  private int ask(List<Optional<String>> row) throws SQLException {
    List<String> values = new ArrayList<>();
    for (Rewrite.Key key : rewrite.key()) {
      values.add(
          "CAST(%s AS %s)"
              .formatted(
                  row.get(key.position()).map(SqlQuote::literal).orElse("NULL"), key.cast()));
    }
    int modulus = table.slots().size();
    return oracle
        .ask(
            """
            SELECT s FROM pg_catalog.generate_series(0, %d) s \
            WHERE pg_catalog.satisfies_hash_partition(%s::regclass, %d, s, %s)\
            """
                .formatted(
                    modulus - 1,
                    SqlQuote.literal(table.filled()),
                    modulus,
                    values.stream().collect(joining(", "))))
        .map(Integer::parseInt)
        .orElseThrow(() -> new SQLException("no slot takes the row", "XX000"));
  }
}
