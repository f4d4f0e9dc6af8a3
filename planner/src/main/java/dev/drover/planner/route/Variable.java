package dev.drover.planner.route;

/** A column of one source. */
record Variable(Source source, String column) {}
