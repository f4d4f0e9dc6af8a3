package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Admission;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.snapshot.CommitGate;
import dev.drover.coordinator.snapshot.GroupSnapshots;
import dev.drover.coordinator.snapshot.Moments;
import io.netty.channel.EventLoop;

/** What the transactions of one event loop share. */
public record TransactionServices(
    EventLoop loop,
    BackendPool pool,
    Admission admission,
    CommitGate gate,
    Moments moments,
    GroupSnapshots snapshots,
    GlobalTransactions global,
    Nonces nonces,
    InDoubtFinisher finisher,
    TransactionRegistry registry,
    PauseHold pause) {}
