package dev.drover.coordinator;

import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.session.SessionServices;
import dev.drover.coordinator.txn.TransactionRegistry;
import io.netty.channel.EventLoop;

/** One event loop of a coordinator, with what its sessions share. */
record LoopServices(
    EventLoop loop, BackendPool pool, TransactionRegistry registry, SessionServices sessions) {}
