/**
 * One block that several nodes compute, and how their results become one: put one after another,
 * merged, added up, or finished by one PostgreSQL.
 *
 * <p>Main type: {@link dev.drover.planner.gather.SeveralNodes}. No rows move between nodes here.
 */
package dev.drover.planner.gather;
