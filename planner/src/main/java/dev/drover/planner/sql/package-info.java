/**
 * PostgreSQL's SQL as a tree with spans: shape scanner, lexer, syntax tree and parser.
 *
 * <p>Main types: {@code SqlParser}, {@code ShapeScanner}, {@link dev.drover.planner.sql.Statement}.
 * Every node knows the bytes it was read from, so that a statement is forwarded as its own text
 * with small splices. This package knows no catalog: names are names, and nothing is resolved here.
 *
 * <p>Source: PostgreSQL 18 manual, chapter 4 "SQL Syntax", part VI "SQL Commands" and appendix C
 * "SQL Key Words".
 */
package dev.drover.planner.sql;
