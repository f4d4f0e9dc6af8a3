/**
 * The protocol on Netty: what a session and a pool hold instead of sockets. Main types: {@link
 * dev.drover.pgwire.netty.FrontendServer} with {@link dev.drover.pgwire.netty.FrontendListener} for
 * clients, {@link dev.drover.pgwire.netty.BackendLink} with {@link dev.drover.pgwire.netty.Reply}
 * for servers. Knows nothing of SQL. Each connection lives on one event loop; whatever is not said
 * to be thread-safe is called on that loop only.
 */
package dev.drover.pgwire.netty;
