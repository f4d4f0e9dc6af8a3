package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the coordinator does with one statement. */
public sealed interface Plan {

  /**
   * The statement touches no row on a datanode: its text goes to the catalog node.
   *
   * @param pinsConnection it may leave state in its connection (sequence values, advisory locks,
   *     settings), so the session keeps that connection
   * @param changesSettings it may have called {@code set_config}
   * @param notifies it calls {@code pg_notify}, after which no transaction can be prepared
   */
  record Local(SqlText text, boolean pinsConnection, boolean changesSettings, boolean notifies)
      implements Plan {
    public Local {
      requireNonNull(text);
    }

    public Local(SqlText text, boolean pinsConnection, boolean changesSettings) {
      this(text, pinsConnection, changesSettings, false);
    }
  }

  /**
   * The text, with leaf names in it, goes to the one node on which every pin lies.
   *
   * @param otherwise for keys that turn out to lie on different nodes; empty when that is refused
   * @param literalTypes the OID of each lifted literal's type, when a parameter of that type in the
   *     place of each means the same in every respect; else empty
   */
  record OneNode(
      SqlText text,
      List<Pin> pins,
      boolean writes,
      Optional<Plan> otherwise,
      List<Integer> literalTypes)
      implements Plan {
    public OneNode {
      requireNonNull(text);
      pins = List.copyOf(pins);
      requireNonNull(otherwise);
      literalTypes = List.copyOf(literalTypes);
    }

    /** Its literals stay literals. */
    public OneNode(SqlText text, List<Pin> pins, boolean writes, Optional<Plan> otherwise) {
      this(text, pins, writes, otherwise, List.of());
    }
  }

  /**
   * The text goes to any one of the nodes: reads of replicated tables, inserts into round-robin
   * tables. A node that the transaction already uses (for writes: has written) is preferred.
   */
  record AnyNode(SqlText text, List<Integer> nodes, boolean writes) implements Plan {
    public AnyNode {
      requireNonNull(text);
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * The same text goes to several nodes.
   *
   * @param pins when not empty, only the nodes of {@code nodes} on which a pin lies take part
   * @param marked the OID of the table of whose rows three more columns, of types int4, text and
   *     tid, tell node, leaf and place
   */
  record AllNodes(
      SqlText text,
      List<Integer> nodes,
      List<Pin> pins,
      Combine combine,
      boolean writes,
      Optional<Integer> marked)
      implements Plan {
    public AllNodes(
        SqlText text, List<Integer> nodes, List<Pin> pins, Combine combine, boolean writes) {
      this(text, nodes, pins, combine, writes, Optional.empty());
    }

    public AllNodes {
      requireNonNull(text);
      nodes = List.copyOf(nodes);
      pins = List.copyOf(pins);
      requireNonNull(combine);
      requireNonNull(marked);
    }
  }

  /**
   * A query whose rows move between nodes on the way: fragments, joined by exchanges.
   *
   * @param exchanges each is complete before the next begins; a producer reads only those before
   *     its own
   * @param last its rows are the client's
   * @param combine how, when several nodes run {@code last}: Concatenate or Merge
   * @param afterWrites for a transaction that has written: there only fragments without inputs may
   *     read tables, since they see its writes through its own connections. Empty when that holds
   *     for this plan
   */
  record Fragments(
      List<Exchange> exchanges, Fragment last, Combine combine, Optional<Plan> afterWrites)
      implements Plan {
    public Fragments {
      exchanges = List.copyOf(exchanges);
      requireNonNull(last);
      requireNonNull(combine);
      requireNonNull(afterWrites);
    }

    /** The producers in the order of their exchanges, then the last. */
    public List<Fragment> all() {
      return Stream.concat(exchanges.stream().map(Exchange::producer), Stream.of(last)).toList();
    }
  }

  /**
   * A change of rows that needs more than the nodes have: the statement runs on the catalog node,
   * over temporary relations with the rows it reads and may change, and what it did to them is then
   * done on the nodes, in the client's transaction.
   *
   * @param tables those that it changes
   * @param reads the rows of others that it reads
   * @param statement the client's, over the temporary relations
   * @param verb what the statement is called in messages
   */
  record Change(List<ChangedTable> tables, List<Exchange> reads, SqlText statement, String verb)
      implements Plan {
    public Change {
      requireNonNull(verb);
      tables = List.copyOf(tables);
      reads = List.copyOf(reads);
      requireNonNull(statement);
    }
  }

  /**
   * A write to a replicated table: on the primary first, then on the others; every node must report
   * the same number of rows.
   *
   * @param lock qualified names of the tables that are locked in SHARE ROW EXCLUSIVE mode on the
   *     primary first; empty when the statement's effect does not depend on concurrent ones
   */
  record ReplicatedWrite(SqlText text, int primary, List<Integer> others, List<String> lock)
      implements Plan {
    public ReplicatedWrite {
      requireNonNull(text);
      others = List.copyOf(others);
      lock = List.copyOf(lock);
    }
  }

  /**
   * A change of the row that a cursor stands on: the text goes to the node that has the cursor, or
   * the row.
   *
   * @param tableOid the one that is changed, and its name
   * @param leaves stands for the leaf that the cursor reads; its key says nothing. Empty when the
   *     text names the table itself
   * @param copies when the row is on other nodes too, where the cursor is not
   */
  record AtCursor(
      String cursor,
      int tableOid,
      String table,
      RowText text,
      Optional<Pin> leaves,
      Optional<RowCopies> copies)
      implements Plan {
    public AtCursor {
      requireNonNull(cursor);
      requireNonNull(table);
      requireNonNull(text);
      requireNonNull(leaves);
      requireNonNull(copies);
    }
  }

  /**
   * {@code INSERT ... VALUES} of several rows with known keys, cut into one statement per node:
   * {@code head row, row, ... tail}.
   */
  record InsertRows(SqlText head, List<Row> rows, SqlText tail) implements Plan {
    /** One parenthesised row. */
    public record Row(SqlText text, Pin pin) {}

    public InsertRows {
      requireNonNull(head);
      rows = List.copyOf(rows);
      requireNonNull(tail);
    }
  }

  /**
   * {@code INSERT} whose rows are evaluated once, by {@code reader}, before they are sent as
   * constants: sequences, volatile defaults, keys that are expressions, rows from another place.
   *
   * @param reader a SELECT with one column per target column, each cast to the column's type:
   *     Local, OneNode, AnyNode or AllNodes
   * @param target where the rows go
   * @param types of the target's columns, as OIDs of base types
   */
  record InsertFrom(Plan reader, InsertTarget target, List<Integer> types) implements Plan {
    public InsertFrom {
      requireNonNull(reader);
      requireNonNull(target);
      types = List.copyOf(types);
    }
  }

  /**
   * The receiving end of rows that are already constants.
   *
   * @param table qualified and quoted
   * @param columns quoted names of the target columns, in the order of the source's columns
   * @param key the columns of the distribution key, in key order
   * @param leaves rows may be sent to leaves, not only to the table itself
   * @param overriding {@code "OVERRIDING SYSTEM VALUE "} or empty
   * @param tail ON CONFLICT and RETURNING, or empty
   */
  record InsertTarget(
      String table,
      Distribution distribution,
      List<String> columns,
      List<KeyColumn> key,
      boolean leaves,
      String overriding,
      SqlText tail) {
    public InsertTarget {
      requireNonNull(table);
      requireNonNull(distribution);
      columns = List.copyOf(columns);
      key = List.copyOf(key);
      requireNonNull(overriding);
      requireNonNull(tail);
    }

    public List<Integer> keyColumns() {
      return key.stream().map(KeyColumn::position).toList();
    }

    public List<HashType> keyTypes() {
      return key.stream().map(KeyColumn::type).toList();
    }
  }

  /**
   * {@code COPY t FROM STDIN}: rows are routed as raw bytes.
   *
   * @param target its columns are those that the client sends
   * @param filled columns whose values are added to each row, since no node may draw them by itself
   */
  record CopyIn(Statement.Copy statement, InsertTarget target, List<Filled> filled)
      implements Plan {
    /**
     * A column that the client does not send.
     *
     * @param column quoted
     * @param value cast to the column's type; evaluated on the catalog node
     * @param key its position (from 0) in the distribution key; -1 when it is not part of it
     * @param perRow each row has a value of its own; else one is for all
     * @param pinsConnection see {@link Local}
     */
    public record Filled(
        String column, SqlText value, int key, boolean perRow, boolean pinsConnection) {
      public Filled {
        requireNonNull(column);
        requireNonNull(value);
      }
    }

    public CopyIn {
      requireNonNull(statement);
      requireNonNull(target);
      filled = List.copyOf(filled);
    }
  }

  /**
   * {@code COPY} from or to the client of what is on the catalog node: its text goes there.
   *
   * @param pinsConnection see {@link Local}
   */
  record CopyLocal(SqlText text, boolean pinsConnection) implements Plan {
    public CopyLocal {
      requireNonNull(text);
    }
  }

  /** {@code COPY ... TO STDOUT}: the nodes' streams one after another. */
  record CopyOut(Plan reader, boolean header) implements Plan {
    public CopyOut {
      requireNonNull(reader);
    }
  }

  /**
   * Text that is planned when it is reached, against the catalog as it is then: the rows of CREATE
   * TABLE AS, once the table is there.
   */
  record Deferred(String text) implements Plan {
    public Deferred {
      requireNonNull(text);
    }
  }

  /**
   * A change of the schema or of the cluster: steps of one transaction over all participants.
   *
   * @param tag empty when the answer of the first catalog step is the client's
   * @param then runs after the steps, in the same transaction
   */
  record Utility(List<DdlStep> steps, String tag, List<String> notices, Optional<Plan> then)
      implements Plan {
    public Utility {
      steps = List.copyOf(steps);
      requireNonNull(tag);
      notices = List.copyOf(notices);
      requireNonNull(then);
    }
  }

  /**
   * One statement of a {@link Utility}.
   *
   * @param nodes ids of the datanodes, for {@link Where#DATANODES}
   * @param sql may hold <code>${name}</code>, replaced by an earlier step's captured value
   * @param capture when not empty, the single value of the result is kept under this name
   */
  record Step(Where where, List<Integer> nodes, String sql, String capture) implements DdlStep {
    /** Which of the transaction's participants runs a step. */
    public enum Where {
      /** The catalog node, as the client's role. */
      CATALOG,
      /** The catalog node, as Drover's own role: metadata. */
      METADATA,
      /** The listed datanodes in parallel, as the client's role. */
      DATANODES
    }

    public Step {
      requireNonNull(where);
      nodes = List.copyOf(nodes);
      requireNonNull(sql);
      requireNonNull(capture);
    }
  }

  /** Sent to every listed node outside of a transaction: VACUUM, ANALYZE, CHECKPOINT. */
  record Broadcast(SqlText text, List<Integer> nodes, boolean catalogToo, String tag)
      implements Plan {
    public Broadcast {
      requireNonNull(text);
      nodes = List.copyOf(nodes);
      requireNonNull(tag);
    }
  }

  /** Transaction control, settings, prepared statements: the session does it. */
  record Control(Statement statement) implements Plan {
    public Control {
      requireNonNull(statement);
    }
  }

  /**
   * {@code EXPLAIN} of the inner plan.
   *
   * @param facts of the explained statement
   */
  record Explain(Plan plan, ExplainOptions options, StatementFacts facts) implements Plan {
    public Explain {
      requireNonNull(plan);
      requireNonNull(options);
      requireNonNull(facts);
    }
  }
}
