/**
 * What the GTM and its clients say to each other: messages as records, and their bytes.
 *
 * <p>Main type: {@link dev.drover.gtm.protocol.GtmMessage}. Nothing here does I/O or keeps state.
 */
package dev.drover.gtm.protocol;
