package dev.drover.coordinator.ddl;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.exec.BlockingTransaction;
import dev.drover.coordinator.exec.DdlServices;
import dev.drover.coordinator.metadata.CatalogLoader;
import dev.drover.coordinator.metadata.CatalogQueries;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.Participant;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.ddl.DdlProbe;
import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.ddl.TableShape;
import dev.drover.redistribute.Placement;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the planning of a schema change asks of the servers, answered over the connections of the
 * transaction that the change is part of.
 *
 * <p>Threads: used by the one virtual thread that plans.
 */
final class TransactionProbe implements DdlProbe {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String SAVEPOINT = "drover_probe";

  private final BlockingTransaction blocking;
  private final CatalogView view;
  private final DdlServices services;
  private final List<Integer> parameterTypes;

  /** {@code parameterTypes} of the statement, as OIDs of the catalog node. */
  TransactionProbe(
      BlockingTransaction blocking,
      CatalogView view,
      DdlServices services,
      List<Integer> parameterTypes) {
    this.blocking = blocking;
    this.view = view;
    this.services = services;
    this.parameterTypes = List.copyOf(parameterTypes);
  }

  @Override
  public TableShape after(String catalogSql, String table) {
    Participant catalog = blocking.join(Node.CATALOG_ID);
    blocking.query(catalog, "SAVEPOINT " + SAVEPOINT);
    if (!catalogSql.isEmpty()) {
      blocking.query(catalog, catalogSql);
    }
    CatalogQueries queries = sql -> blocking.query(catalog, sql).rows();
    TableShape shape = new CatalogLoader(queries, queries).shape(table);
    blocking.query(catalog, "ROLLBACK TO SAVEPOINT " + SAVEPOINT);
    blocking.query(catalog, "RELEASE SAVEPOINT " + SAVEPOINT);
    return shape;
  }

  @Override
  public List<String> parameterTypes() {
    if (parameterTypes.isEmpty()) {
      return List.of();
    }
    String oids =
        parameterTypes.stream().map(Integer::toUnsignedString).collect(Collectors.joining(", "));
    String names =
        "SELECT pg_catalog.format_type(t, NULL) FROM pg_catalog.unnest(ARRAY["
            + oids
            + "]::pg_catalog.oid[]) WITH ORDINALITY AS p(t, n) ORDER BY n";
    return blocking.query(blocking.join(Node.CATALOG_ID), names).rows().stream()
        .map(row -> row.getFirst().orElseThrow())
        .toList();
  }

  @Override
  public boolean isEmpty(Relation relation) {
    List<Participant> nodes = relation.distribution().nodes().stream().map(blocking::join).toList();
    String table = SqlQuote.qualified(relation);
    return blocking.query(nodes, "SELECT 1 FROM " + table + " LIMIT 1").stream()
        .allMatch(reply -> reply.rows().isEmpty());
  }

  @Override
  public boolean isProvisional(Relation relation) {
    String oid = Integer.toUnsignedString(relation.oid());
    return single(metadata("SELECT provisional FROM drover.distributions WHERE relid = " + oid))
        .filter(v -> v.equals("t"))
        .isPresent();
  }

  @Override
  public void requireAtRest(Collection<Integer> relations) {
    metadata("SELECT drover.require_at_rest(%s)".formatted(SqlQuote.numbers(relations)));
  }

  @Override
  public List<Integer> place(List<Integer> nodes, int modulus) {
    return Placement.place(nodes, modulus);
  }

  @Override
  public void prepareNode(int id, String name, String host, int port) {
    services.nodes().prepare(id, name, host, port);
  }

  @Override
  public int newNodeId() {
    return single(metadata("SELECT pg_catalog.nextval('drover.node_id')"))
        .map(Integer::parseInt)
        .orElseThrow();
  }

  @Override
  public byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private QuietReply metadata(String sql) {
    return blocking.query(blocking.joinMetadata(), sql);
  }

  private static Optional<String> single(QuietReply reply) {
    return reply.rows().stream().findFirst().flatMap(List::getFirst);
  }

  /** The view that the statement is planned under. */
  CatalogView view() {
    return view;
  }
}
