package dev.drover.coordinator.exec;

import dev.drover.coordinator.metrics.LoopCounts;
import dev.drover.coordinator.pool.BackendPool;
import io.netty.channel.EventLoop;

/**
 * What the operators of one event loop share.
 *
 * @param pool for connections outside of the client's transaction
 */
public record ExecServices(
    EventLoop loop,
    BackendPool pool,
    Slots slots,
    Operators operators,
    NodeRotation rotation,
    WriteOrder writeOrder,
    ErrorTranslation errors,
    DdlServices ddl,
    LoopCounts counts) {}
