package dev.drover.planner.ddl;

import static dev.drover.planner.ddl.Steps.value;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.AlterAction;
import dev.drover.planner.sql.Constraint;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.TableElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What ALTER TABLE becomes on the datanodes: the user's actions, without those that the leaves get
 * by {@code drover.align}, and with other words for what needs a sequence.
 */
final class AlterOnNodes {
  private static final Pattern ALTER_CONSTRAINT =
      Pattern.compile(
          "^alter\\s+constraint\\s+(?<name>\"(?:[^\"]|\"\")+\"|[^\\s\"]+)",
          Pattern.CASE_INSENSITIVE);

  private final DdlContext context;
  private final byte[] text;
  private final Steps steps;
  private final List<String> after = new ArrayList<>();
  private final List<NumberedColumn> numbered = new ArrayList<>();

  AlterOnNodes(DdlContext context, byte[] text, Steps steps) {
    this.context = context;
    this.text = text;
    this.steps = steps;
  }

  /**
   * @param shape of the table, after constraints were added
   */
  void addSteps(Definition.AlterTable alter, TableShape shape, Spread spread) {
    List<String> actions = new ArrayList<>();
    for (AlterAction action : alter.actions()) {
      onNodes(action, shape, spread).ifPresent(actions::add);
    }
    String head = "ALTER TABLE " + SqlQuote.qualified(shape.relation()) + " ";
    if (!actions.isEmpty()) {
      steps.datanodes(head + String.join(", ", actions));
    }
    after.forEach(action -> steps.datanodes(head + action));
    numbered.forEach(column -> column.addSteps(steps, spread));
  }

  /** Empty for an action that {@code drover.align} does, or that concerns the catalog only. */
  private Optional<String> onNodes(AlterAction action, TableShape shape, Spread spread) {
    Optional<String> same = Optional.of(action.span().of(text));
    return switch (action) {
      case AlterAction.AddColumn add -> addColumn(add, shape.relation(), spread);
      case AlterAction.AddConstraint add -> addConstraint(add, shape.relation(), spread);
      case AlterAction.SetDefault set -> Optional.of(setDefault(set, shape.relation()));
      case AlterAction.AlterIdentity identity -> alterIdentity(identity, shape.relation());
      case AlterAction.DropConstraint drop -> dropConstraint(drop, shape, spread);
      case AlterAction.RenameConstraint rename ->
          unlessOfLeaves(rename.name(), same, shape, spread);
      case AlterAction.ValidateConstraint validate ->
          unlessOfLeaves(validate.name(), same, shape, spread);
      case AlterAction.SetOptions _, AlterAction.ReplicaIdentity _, AlterAction.SetLogged _ ->
          spread.keyed() ? Optional.empty() : same;
      case AlterAction.DropColumn _,
          AlterAction.RenameColumn _,
          AlterAction.AlterColumnType _,
          AlterAction.SetNotNull _,
          AlterAction.ColumnOption _,
          AlterAction.RenameTo _,
          AlterAction.SetSchema _,
          AlterAction.SetOwner _ ->
          same;
      case AlterAction.SetTablespace _ -> tablespace(same, spread);
      case AlterAction.Toggle toggle -> throw refused(toggle.mode() + " " + toggle.what());
      case AlterAction.AttachPartition _ -> throw refused("ATTACH PARTITION");
      case AlterAction.DetachPartition _ -> throw refused("DETACH PARTITION");
      case AlterAction.Inherit _ -> throw refused("INHERIT");
      case AlterAction.Distribute _, AlterAction.AddNodes _, AlterAction.DeleteNodes _ ->
          throw new IllegalStateException("a redistribution is planned elsewhere");
      case AlterAction.Other other -> other(other, shape, spread);
    };
  }

  /** ALTER CONSTRAINT of a foreign key; nothing else of these can be done on several nodes. */
  private Optional<String> other(AlterAction.Other other, TableShape shape, Spread spread) {
    Matcher constraint = ALTER_CONSTRAINT.matcher(other.what());
    if (!constraint.find()) {
      throw refused(other.what());
    }
    String word = constraint.group("name");
    String name =
        word.startsWith("\"")
            ? word.substring(1, word.length() - 1).replace("\"\"", "\"")
            : word.toLowerCase(Locale.ROOT);
    return isOfLeaves(name, shape, spread) ? Optional.empty() : Optional.of(other.span().of(text));
  }

  private static SqlError refused(String what) {
    return SqlError.notSupported(
        "ALTER TABLE ... %s is not supported for distributed tables".formatted(what));
  }

  private static Optional<String> tablespace(Optional<String> same, Spread spread) {
    if (spread.keyed()) {
      throw refused("SET TABLESPACE");
    }
    return same;
  }

  private Optional<String> addColumn(AlterAction.AddColumn add, Relation table, Spread spread) {
    TableElement.Column column = add.column();
    String name = column.name().text();
    Splice splice = Splice.of(text, add.span());
    boolean fromSequence = SequenceDefaults.needsSequence(column);
    boolean constant = table.column(name).map(Column::constantDefault).orElse(true);
    Relation before = context.catalog().relation(table.oid()).orElseThrow();
    boolean filled = (fromSequence || !constant) && !context.probe().isEmpty(before);
    if (fromSequence && filled && before.column(name).isEmpty()) {
      NumberedColumn added = new NumberedColumn(column, table, text);
      numbered.add(added);
      return Optional.of(added.action());
    }
    if (fromSequence) {
      withoutSequence(splice, column, table);
    } else if (filled && column.defaultExpression().isPresent()) {
      oneValueForExistingRows(splice, column, table, spread);
    }
    column.constraints().stream()
        .filter(c -> isOfLeaves(c.rule(), table, spread))
        .forEach(c -> splice.cut(c.span()));
    return Optional.of(splice.toString());
  }

  private static void withoutSequence(Splice splice, TableElement.Column column, Relation table) {
    String type = typeOf(table, column.name());
    String noValue = SequenceDefaults.noValue(table.name(), column.name().text(), type);
    if (SequenceDefaults.isSerial(column)) {
      splice.replace(column.type().orElseThrow().span(), type + " NOT NULL DEFAULT " + noValue);
      return;
    }
    SequenceDefaults.identity(column)
        .ifPresent(c -> splice.replace(c.span(), "NOT NULL DEFAULT " + noValue));
    column
        .defaultExpression()
        .filter(SequenceDefaults::needsSequence)
        .ifPresent(e -> splice.replace(e.span(), noValue));
  }

  private static String typeOf(Relation table, Name column) {
    return table.column(column.text()).orElseThrow().typeName();
  }

  /** Rows that exist already get one value everywhere; the default itself is set afterwards. */
  private void oneValueForExistingRows(
      Splice splice, TableElement.Column column, Relation table, Spread spread) {
    String name = column.name().text();
    int number = table.column(name).orElseThrow().number();
    String existing = "drover_existing_" + number;
    String later = "drover_default_" + number;
    steps.catalogValue(
        existing,
        "SELECT drover.default_of_existing_rows(%d, %s, %b)"
            .formatted(
                table.oid(), SqlQuote.literal(name), spread.kind() == Spread.Kind.REPLICATED));
    steps.catalogValue(
        later, "SELECT drover.default_for_nodes(%d, %d::smallint)".formatted(table.oid(), number));
    splice.replace(column.defaultExpression().orElseThrow().span(), value(existing));
    after.add("ALTER COLUMN %s SET DEFAULT %s".formatted(SqlQuote.ident(name), value(later)));
  }

  private Optional<String> addConstraint(
      AlterAction.AddConstraint add, Relation table, Spread spread) {
    Constraint.Rule rule = add.constraint().rule();
    if (isOfLeaves(rule, table, spread)) {
      return Optional.empty();
    }
    if (spread.keyed() && rule instanceof Constraint.Key key && key.usingIndex().isPresent()) {
      throw refused("ADD CONSTRAINT ... USING INDEX");
    }
    if (spread.keyed() && rule instanceof Constraint.Check check && check.noInherit()) {
      throw refused("ADD CONSTRAINT ... NO INHERIT");
    }
    return Optional.of(add.span().of(text));
  }

  /** Whether a constraint is declared on each leaf and not on the partitioned table. */
  private boolean isOfLeaves(Constraint.Rule rule, Relation table, Spread spread) {
    if (!spread.keyed()) {
      return false;
    }
    if (rule instanceof Constraint.ForeignKey key) {
      return context
          .find(key.referenced())
          .flatMap(r -> r.oid() == table.oid() ? Optional.of(spread) : Spread.of(r.distribution()))
          .map(Spread::keyed)
          .orElse(false);
    }
    return rule instanceof Constraint.Exclude;
  }

  private boolean isOfLeaves(String constraint, TableShape shape, Spread spread) {
    Relation before = context.catalog().relation(shape.relation().oid()).orElseThrow();
    return hasLeafKey(before, constraint, spread)
        || hasLeafKey(shape.relation(), constraint, spread)
        || (spread.keyed()
            && shape.exclusions().stream().anyMatch(e -> e.name().equals(constraint)));
  }

  private boolean hasLeafKey(Relation table, String constraint, Spread spread) {
    DistributionRules rules = new DistributionRules(context.catalog());
    return table.foreignKeys().stream()
        .anyMatch(k -> k.name().equals(constraint) && rules.isOfLeaves(table, spread, k));
  }

  private Optional<String> unlessOfLeaves(
      Name constraint, Optional<String> same, TableShape shape, Spread spread) {
    return isOfLeaves(constraint.text(), shape, spread) ? Optional.empty() : same;
  }

  private Optional<String> dropConstraint(
      AlterAction.DropConstraint drop, TableShape shape, Spread spread) {
    return unlessOfLeaves(drop.name(), Optional.of(drop.span().of(text)), shape, spread);
  }

  private String setDefault(AlterAction.SetDefault set, Relation table) {
    if (set.value().isEmpty() || !SequenceDefaults.needsSequence(set.value().get())) {
      return set.span().of(text);
    }
    return "ALTER COLUMN %s SET DEFAULT %s"
        .formatted(SqlQuote.ident(set.column().text()), noValue(set.column(), table));
  }

  private static Optional<String> alterIdentity(
      AlterAction.AlterIdentity identity, Relation table) {
    String column = SqlQuote.ident(identity.column().text());
    if (identity.drop()) {
      return Optional.of("ALTER COLUMN %s DROP DEFAULT".formatted(column));
    }
    return identity
        .identity()
        .map(
            _ ->
                "ALTER COLUMN %s SET DEFAULT %s"
                    .formatted(column, noValue(identity.column(), table)));
  }

  private static String noValue(Name column, Relation table) {
    return SequenceDefaults.noValue(table.name(), column.text(), typeOf(table, column));
  }
}
