package dev.drover.planner.sql;

import dev.drover.planner.sql.Constraint.ForeignKey.Action;
import dev.drover.planner.sql.Constraint.KeyKind;
import dev.drover.planner.sql.Constraint.Rule;
import dev.drover.planner.sql.Constraint.Timing;
import java.util.List;
import java.util.Optional;

/**
 * Reads the constraints of columns and tables.
 *
 * <p>Source: PostgreSQL 18 manual, CREATE TABLE.
 */
final class ConstraintParser {
  private final Grammar grammar;
  private final Cursor cursor;

  ConstraintParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** Whether a table constraint begins here. */
  boolean atTableConstraint() {
    return switch (cursor.word()) {
      case "constraint", "check", "unique", "primary", "foreign" -> true;
      case "exclude" -> cursor.nextIs('(') || cursor.word(1).equals("using");
      case "not" -> cursor.word(1).equals("null");
      default -> false;
    };
  }

  Constraint tableConstraint() {
    int start = cursor.start();
    Optional<Name> name = grammar.names().nameAfter("constraint");
    Rule rule = tableRule();
    Timing timing = timing();
    return new Constraint(cursor.since(start), name, false, rule, timing);
  }

  private Rule tableRule() {
    int start = cursor.start();
    return switch (cursor.word()) {
      case "check" -> check(start);
      case "unique", "primary" -> tableKey(start);
      case "foreign" -> {
        cursor.expect("foreign", "key");
        List<Name> columns = columnsWithPeriod();
        yield references(start, columns);
      }
      case "not" -> {
        cursor.expect("not", "null");
        Name column = grammar.names().name();
        acceptNoInherit();
        yield new Constraint.NotNull(cursor.since(start), column);
      }
      default -> exclude(start);
    };
  }

  private List<Name> columnsWithPeriod() {
    return cursor.parenthesized(
        () -> {
          if (cursor.at("period") && grammar.names().isColumnName(1)) {
            cursor.advance();
          }
          return grammar.names().name();
        });
  }

  private Rule check(int start) {
    cursor.expect("check");
    cursor.expect('(');
    Expr condition = grammar.expressions().expression();
    cursor.expect(')');
    boolean noInherit = acceptNoInherit();
    return new Constraint.Check(cursor.since(start), condition, noInherit);
  }

  private boolean acceptNoInherit() {
    return cursor.accept("no", "inherit");
  }

  private KeyKind keyKind() {
    if (cursor.accept("unique")) {
      return KeyKind.UNIQUE;
    }
    cursor.expect("primary", "key");
    return KeyKind.PRIMARY_KEY;
  }

  private boolean nullsNotDistinct() {
    if (!cursor.at("nulls")) {
      return false;
    }
    cursor.advance();
    boolean not = cursor.accept("not");
    cursor.expect("distinct");
    return not;
  }

  private Rule tableKey(int start) {
    KeyKind kind = keyKind();
    if (cursor.accept("using", "index")) {
      Optional<Name> index = Optional.of(grammar.names().name());
      return new Constraint.Key(cursor.since(start), kind, List.of(), List.of(), false, index);
    }
    boolean notDistinct = nullsNotDistinct();
    List<Name> columns = keyColumns();
    List<Name> include =
        cursor.accept("include") ? grammar.names().namesInParentheses() : List.of();
    indexParameters();
    return new Constraint.Key(
        cursor.since(start), kind, columns, include, notDistinct, Optional.empty());
  }

  private List<Name> keyColumns() {
    return cursor.parenthesized(
        () -> {
          Name column = grammar.names().name();
          if (cursor.accept("without")) {
            cursor.expect("overlaps");
          }
          return column;
        });
  }

  private void indexParameters() {
    grammar.options().optionalWith();
    if (cursor.accept("using", "index")) {
      cursor.expect("tablespace");
      grammar.names().name();
    }
  }

  private Rule references(int start, List<Name> columns) {
    cursor.expect("references");
    QualifiedName referenced = grammar.names().qualifiedName();
    List<Name> referencedColumns = cursor.at('(') ? columnsWithPeriod() : List.of();
    if (cursor.accept("match")) {
      grammar.names().label();
    }
    Action onUpdate = Action.NO_ACTION;
    Action onDelete = Action.NO_ACTION;
    while (cursor.at("on", "update") || cursor.at("on", "delete")) {
      cursor.advance();
      boolean update = cursor.at("update");
      cursor.advance();
      Action action = action();
      onUpdate = update ? action : onUpdate;
      onDelete = update ? onDelete : action;
    }
    return new Constraint.ForeignKey(
        cursor.since(start), columns, referenced, referencedColumns, onUpdate, onDelete);
  }

  private Action action() {
    if (cursor.accept("no", "action")) {
      return Action.NO_ACTION;
    }
    if (cursor.accept("restrict")) {
      return Action.RESTRICT;
    }
    if (cursor.accept("cascade")) {
      return Action.CASCADE;
    }
    cursor.expect("set");
    Action action = cursor.accept("null") ? Action.SET_NULL : Action.SET_DEFAULT;
    if (action == Action.SET_DEFAULT) {
      cursor.expect("default");
    }
    grammar.names().optionalNames();
    return action;
  }

  private Rule exclude(int start) {
    cursor.expect("exclude");
    Optional<Name> method = grammar.names().nameAfter("using");
    List<IndexElement> elements = cursor.parenthesized(grammar.indexes()::exclusion);
    if (cursor.accept("include")) {
      grammar.names().namesInParentheses();
    }
    indexParameters();
    Optional<Expr> where = Optional.empty();
    if (cursor.accept("where")) {
      cursor.expect('(');
      where = Optional.of(grammar.expressions().expression());
      cursor.expect(')');
    }
    return new Constraint.Exclude(cursor.since(start), method, elements, where);
  }

  /** DEFERRABLE, INITIALLY DEFERRED, NOT VALID, ENFORCED and their opposites. */
  Timing timing() {
    boolean deferrable = false;
    boolean deferred = false;
    boolean notValid = false;
    boolean notEnforced = false;
    while (true) {
      if (cursor.accept("deferrable")) {
        deferrable = true;
      } else if (cursor.accept("not", "deferrable") || cursor.accept("enforced")) {
        notEnforced = false;
      } else if (cursor.accept("initially", "deferred")) {
        deferred = true;
        deferrable = true;
      } else if (cursor.accept("initially", "immediate")) {
        deferred = false;
      } else if (cursor.accept("not", "valid")) {
        notValid = true;
      } else if (cursor.accept("not", "enforced")) {
        notEnforced = true;
      } else if (!acceptNoInherit()) {
        break;
      }
    }
    return deferrable || notValid || notEnforced
        ? new Timing(deferrable, deferred, notValid, notEnforced)
        : Timing.DEFAULT;
  }

  /** Whether a constraint of a column begins here. */
  boolean atColumnConstraint() {
    return switch (cursor.word()) {
      case "constraint", "check", "unique", "primary", "references", "default" -> true;
      case "null", "generated" -> true;
      case "not" -> cursor.word(1).equals("null");
      default -> false;
    };
  }

  Constraint columnConstraint(Name column) {
    int start = cursor.start();
    Optional<Name> name = grammar.names().nameAfter("constraint");
    Rule rule = columnRule(column);
    Timing timing = timing();
    return new Constraint(cursor.since(start), name, true, rule, timing);
  }

  private Rule columnRule(Name column) {
    int start = cursor.start();
    return switch (cursor.word()) {
      case "check" -> check(start);
      case "unique", "primary" -> {
        KeyKind kind = keyKind();
        boolean notDistinct = nullsNotDistinct();
        indexParameters();
        yield new Constraint.Key(
            cursor.since(start), kind, List.of(column), List.of(), notDistinct, Optional.empty());
      }
      case "references" -> references(start, List.of(column));
      case "default" -> {
        cursor.advance();
        Expr value = grammar.expressions().restricted();
        yield new Constraint.Default(cursor.since(start), value);
      }
      case "null" -> {
        cursor.advance();
        yield new Constraint.Nullable(cursor.since(start));
      }
      case "generated" -> generated(start);
      default -> {
        cursor.expect("not", "null");
        yield new Constraint.NotNull(cursor.since(start), column);
      }
    };
  }

  /** {@code GENERATED ...}: an identity or a computed column. */
  Rule generated(int start) {
    cursor.expect("generated");
    boolean always = cursor.accept("always");
    if (!always) {
      cursor.expect("by", "default");
    }
    cursor.expect("as");
    if (cursor.accept("identity")) {
      List<GenericOption> options = List.of();
      if (cursor.accept('(')) {
        options = grammar.options().sequence();
        cursor.expect(')');
      }
      return new Constraint.Identity(cursor.since(start), always, options);
    }
    cursor.expect('(');
    Expr value = grammar.expressions().expression();
    cursor.expect(')');
    boolean stored = cursor.accept("stored");
    if (!stored) {
      cursor.accept("virtual");
    }
    return new Constraint.Generated(cursor.since(start), value, stored);
  }
}
