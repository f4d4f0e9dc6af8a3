package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** Statements about the session: settings, prepared statements, notifications. */
public sealed interface SessionCommand extends Statement {
  /**
   * SET of a setting.
   *
   * @param name lower case; {@code timezone}, {@code role}, {@code session_authorization}, {@code
   *     client_encoding} for the forms with a syntax of their own
   * @param values empty for DEFAULT
   * @param valueSpan from the first value's start to the last's end; DEFAULT's too
   */
  record SetVariable(
      Span span, Scope scope, String name, List<GenericOption.Value> values, Span valueSpan)
      implements SessionCommand {
    /** How long the value holds. */
    public enum Scope {
      SESSION,
      LOCAL
    }

    public SetVariable {
      values = List.copyOf(values);
    }

    public boolean isDefault() {
      return values.isEmpty();
    }
  }

  /** RESET; no name for ALL. */
  record Reset(Span span, Optional<String> name) implements SessionCommand {}

  /** SHOW; no name for ALL. */
  record Show(Span span, Optional<String> name) implements SessionCommand {}

  /** DISCARD. */
  record Discard(Span span, What what) implements SessionCommand {
    /** What is thrown away. */
    public enum What {
      ALL,
      PLANS,
      SEQUENCES,
      TEMPORARY
    }
  }

  /** PREPARE. */
  record Prepare(Span span, Name name, List<TypeName> types, Statement statement)
      implements SessionCommand {
    public Prepare {
      types = List.copyOf(types);
    }

    @Override
    public List<Node> children() {
      return Children.of(types).and(statement).list();
    }
  }

  /** EXECUTE of a prepared statement. */
  record Execute(Span span, Name name, List<Expr> arguments) implements SessionCommand {
    public Execute {
      arguments = List.copyOf(arguments);
    }

    @Override
    public List<Node> children() {
      return Children.of(arguments).list();
    }
  }

  /** DEALLOCATE; no name for ALL. */
  record Deallocate(Span span, Optional<Name> name) implements SessionCommand {}

  /** LISTEN. */
  record Listen(Span span, Name channel) implements SessionCommand {}

  /** UNLISTEN; no channel for all. */
  record Unlisten(Span span, Optional<Name> channel) implements SessionCommand {}

  /** NOTIFY. */
  record Notify(Span span, Name channel, Optional<String> payload) implements SessionCommand {}
}
