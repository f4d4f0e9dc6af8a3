/** From the text of a statement and a catalog snapshot to a plan; no I/O. */
package dev.drover.planner;
