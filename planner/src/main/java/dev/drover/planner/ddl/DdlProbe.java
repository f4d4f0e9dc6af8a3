package dev.drover.planner.ddl;

import dev.drover.planner.catalog.Relation;
import java.util.Collection;
import java.util.List;

/**
 * What planning may ask of the servers, within the transaction that the plan will run in and under
 * the cluster's DDL lock.
 *
 * <p>Threads: used by the one thread that plans.
 */
public interface DdlProbe {
  /**
   * The table as it would be after a statement: runs the text on the catalog node's connection of
   * the transaction, as the client's role, reads the table and rolls back to before the text.
   *
   * @param table qualified and quoted
   * @throws dev.drover.pgwire.SqlError whatever the catalog node says of the text
   */
  TableShape after(String catalogSql, String table);

  /** Names of the types of the statement's parameters, in their order. */
  default List<String> parameterTypes() {
    return List.of();
  }

  /** Whether no datanode holds a row of the table. */
  boolean isEmpty(Relation relation);

  /** Whether the table's distribution was chosen by rule and not by the user. */
  boolean isProvisional(Relation relation);

  /**
   * That no job brings rows of these tables to other places.
   *
   * @param relations OIDs
   * @throws dev.drover.pgwire.SqlError {@code 55006}, naming the job
   */
  void requireAtRest(Collection<Integer> relations);

  /** The node of each slot, for a colocation group that does not exist yet. */
  List<Integer> place(List<Integer> nodes, int modulus);

  /**
   * Connects to a server that is to become a datanode, checks what it needs and installs Drover's
   * functions there.
   *
   * @throws dev.drover.pgwire.SqlError naming each requirement that is not met
   */
  void prepareNode(int id, String name, String host, int port);

  /** The id that a new node gets; never one that was in use before. */
  int newNodeId();

  /** Bytes that nobody can guess. */
  byte[] randomBytes(int length);
}
