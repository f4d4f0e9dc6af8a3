/**
 * What both ends of the commit gate share: when a gate may close again.
 *
 * <p>Main type: {@link dev.drover.gtm.gate.GatePacing}. Nothing here does I/O or knows a clock.
 */
package dev.drover.gtm.gate;
