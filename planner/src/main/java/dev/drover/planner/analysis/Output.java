package dev.drover.planner.analysis;

import dev.drover.planner.sql.Expr;
import java.util.Optional;

/**
 * A column of a block's result.
 *
 * @param variable the column that it is, when it is one
 */
public record Output(String name, Expr value, Optional<Variable> variable) {}
