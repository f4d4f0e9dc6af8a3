/**
 * One moment on several nodes: what a coordinator does in the windows that the GTM grants, in which
 * no commit is under way anywhere.
 *
 * <p>Main types: {@link dev.drover.coordinator.snapshot.CommitGate}, which every commit passes, and
 * {@link dev.drover.coordinator.snapshot.GateSwitch}, which closes the gates of all loops; {@link
 * dev.drover.coordinator.snapshot.Moments}, where readers wait for a window or find that they need
 * none; {@link dev.drover.coordinator.snapshot.GroupSnapshots}, which keeps what REPEATABLE READ
 * transactions share; {@link dev.drover.coordinator.snapshot.GateRelay}, which carries out the
 * GTM's orders.
 *
 * <p>Threads: confined to one event loop each, except {@code GateSwitch}, {@code CommitCounts},
 * {@code AloneTime}, {@code SecondPhases} and {@code GateRelay}.
 */
package dev.drover.coordinator.snapshot;
