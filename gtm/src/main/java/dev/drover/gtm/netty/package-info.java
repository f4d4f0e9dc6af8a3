/**
 * The Netty side of the GTM's connections: bytes to messages and back.
 *
 * <p>Main type: {@link dev.drover.gtm.netty.MessagePipeline}. What the messages mean is not known
 * here.
 */
package dev.drover.gtm.netty;
