package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.plan.Plan.InsertTarget;
import java.util.List;
import java.util.Optional;

/**
 * A table that a {@link Plan.Change} changes, and the temporary relations on the catalog node that
 * stand for it meanwhile.
 *
 * <p>The statement changes {@code relation}. The rows that it may find there are in {@code rows},
 * with more columns that say where each came from: {@link #PLACE} and those of {@code identity}.
 *
 * @param table qualified and quoted
 * @param name without its schema, as messages show it
 * @param relation unquoted, in the temporary schema
 * @param rows {@code relation} itself, or its child by inheritance
 * @param create statements that make both
 * @param candidates what is loaded into {@code rows}, locked on the nodes
 * @param target where rows go that were added or have moved; its columns are all that can be
 *     written
 * @param types of the target's columns, usable in a cast
 * @param identity how a row is found again in its place
 * @param assigned names of the target's columns that existing rows may get other values in
 */
public record ChangedTable(
    String table,
    String name,
    String relation,
    String rows,
    List<SqlText> create,
    List<Exchange> candidates,
    InsertTarget target,
    List<String> types,
    List<Identity> identity,
    List<String> assigned,
    Kinds kinds) {
  /**
   * The column that says where a row lies: the name of its leaf, the id of its node when leaves
   * have no names, or nothing when it lies on all nodes.
   */
  public static final String PLACE = "drover_place";

  /**
   * All that a row holds, as text. Rows in which it is equal stand for each other: each node
   * changes as many of its own as were changed.
   */
  public static final String WHOLE = "drover_whole";

  /**
   * A part of what identifies a row.
   *
   * @param column of {@code rows}, unquoted
   * @param source the column of the table itself, quoted; or for {@link #WHOLE} an expression in
   *     which <code>${row}</code> stands for the table's alias
   */
  public record Identity(String column, String type, String source) {
    private static final String ROW = "${row}";

    public Identity {
      requireNonNull(column);
      requireNonNull(type);
      requireNonNull(source);
    }

    /** The place and the contents of a row that has no key; {@code values} in terms of a column. */
    public static List<Identity> whole(List<String> values) {
      String row = "ROW(" + String.join(", ", values) + ")::pg_catalog.text";
      return List.of(new Identity("drover_row", "tid", "ctid"), new Identity(WHOLE, "text", row));
    }

    /** A column of the row, for {@link #whole}. */
    public static String value(String quoted) {
      return ROW + "." + quoted;
    }

    /** Of a row of the table under this alias. */
    public String of(String alias) {
      return column.equals(WHOLE) ? source.replace(ROW, alias) : alias + "." + source;
    }
  }

  /** What identifies a row that has no key, by which each node finds one of its own. */
  public Optional<Identity> whole() {
    return identity.stream().filter(i -> i.column().equals(WHOLE)).findFirst();
  }

  /**
   * What may become of the table's rows.
   *
   * @param moves a row's distribution key may be changed
   * @param referenced rows of other tables may refer to it, so it cannot be deleted and inserted
   *     again in another place
   */
  public record Kinds(boolean inserts, boolean deletes, boolean moves, boolean referenced) {}

  public ChangedTable {
    requireNonNull(table);
    requireNonNull(name);
    requireNonNull(relation);
    requireNonNull(rows);
    create = List.copyOf(create);
    candidates = List.copyOf(candidates);
    requireNonNull(target);
    types = List.copyOf(types);
    identity = List.copyOf(identity);
    assigned = List.copyOf(assigned);
    requireNonNull(kinds);
  }

  /** What CREATE TABLE says to make a table like another, with its indexes or without them. */
  public static String like(String table, boolean indexed) {
    String like = "LIKE " + table + " INCLUDING DEFAULTS INCLUDING GENERATED";
    return indexed ? like + " INCLUDING INDEXES" : like;
  }

  /** Candidates' places and identities, kept to tell later what has gone. */
  public String before() {
    return relation + "_before";
  }
}
