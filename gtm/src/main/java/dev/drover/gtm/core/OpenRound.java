package dev.drover.gtm.core;

import dev.drover.gtm.protocol.CoordinatorEpoch;

/** The catalog change that is under way and who makes it. */
record OpenRound(long version, CoordinatorEpoch publisher, long publish) {}
