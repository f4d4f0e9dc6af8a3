/**
 * SCRAM-SHA-256 as PostgreSQL does it: verifiers, the server's side and the client's side of the
 * exchange. Main types: {@link dev.drover.pgwire.scram.ScramVerifier}, {@link
 * dev.drover.pgwire.scram.ScramServer}, {@link dev.drover.pgwire.scram.ScramClient}. Knows texts
 * and keys, no messages and no sockets.
 */
package dev.drover.pgwire.scram;
