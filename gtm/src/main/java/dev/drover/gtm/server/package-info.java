/**
 * The GTM's process around its core.
 *
 * <p>Main type: {@link dev.drover.gtm.server.GtmServer}. It owns the sockets, the log and the
 * thread; it decides nothing.
 */
package dev.drover.gtm.server;
