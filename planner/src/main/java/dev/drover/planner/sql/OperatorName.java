package dev.drover.planner.sql;

import java.util.Optional;

/**
 * An operator's symbol. {@code OPERATOR(s.=)} has a schema and the span of the whole form; {@code
 * LIKE} and its relatives before ANY or ALL are named by the operators they stand for ({@code ~~}).
 */
public record OperatorName(Span span, Optional<Name> schema, String symbol) {}
