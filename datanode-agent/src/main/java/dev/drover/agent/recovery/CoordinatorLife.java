package dev.drover.agent.recovery;

/** One life of one coordinator; a later life of the same coordinator has a greater epoch. */
public record CoordinatorLife(int id, long epoch) {}
