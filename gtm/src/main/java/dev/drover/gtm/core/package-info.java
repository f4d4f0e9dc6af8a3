/**
 * What the GTM decides: a deterministic state machine without I/O, clock or threads.
 *
 * <p>Main type: {@link dev.drover.gtm.core.GtmCore}. It takes an event and the time, and answers
 * with records to be made durable and effects to be carried out after that. Sockets, files and SQL
 * are not known here.
 */
package dev.drover.gtm.core;
