/**
 * The GTM's memory on disk.
 *
 * <p>Main type: {@link dev.drover.gtm.log.GtmLog}. What the records mean is the core's to know.
 */
package dev.drover.gtm.log;
