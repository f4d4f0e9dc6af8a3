package dev.drover.planner.route;

import dev.drover.planner.sql.Expr;
import java.util.Optional;

/**
 * A column of a block's result.
 *
 * @param variable the column that it is, when it is one
 */
record Output(String name, Expr value, Optional<Variable> variable) {}
