/**
 * The coordinators' and agents' end of the GTM.
 *
 * <p>Main type: {@link dev.drover.gtm.client.GtmClient}. {@link dev.drover.gtm.client.ClientCore}
 * decides, without I/O or clock; the client around it owns the socket, the futures and the thread.
 */
package dev.drover.gtm.client;
