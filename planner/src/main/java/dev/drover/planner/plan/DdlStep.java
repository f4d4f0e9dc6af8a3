package dev.drover.planner.plan;

/** What a change of the schema or the cluster consists of, in order. */
public sealed interface DdlStep permits Plan.Step, CarryRows {}
