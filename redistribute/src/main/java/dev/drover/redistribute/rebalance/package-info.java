/**
 * Which slots are to move so that nodes carry what they should; pure functions of what they carry
 * now.
 *
 * <p>Main type: {@link dev.drover.redistribute.rebalance.Rebalancing}. It knows nothing of servers
 * and jobs.
 */
package dev.drover.redistribute.rebalance;
