package dev.drover.planner.analysis;

/** A column of one source. */
public record Variable(Source source, String column) {}
