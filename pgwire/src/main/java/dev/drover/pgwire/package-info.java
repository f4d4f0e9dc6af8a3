/**
 * PostgreSQL's frontend/backend protocol, version 3, as seen from both ends: bytes of message
 * bodies to values and back. Main types: {@link dev.drover.pgwire.FrontendDecoder} and {@link
 * dev.drover.pgwire.BackendEncoder} for a server, {@link dev.drover.pgwire.FrontendEncoder} and
 * {@link dev.drover.pgwire.BackendDecoder} for a client, {@link dev.drover.pgwire.SqlError} and
 * {@link dev.drover.pgwire.ErrorFields} for what goes wrong. Knows buffers, no sockets and no SQL.
 */
package dev.drover.pgwire;
