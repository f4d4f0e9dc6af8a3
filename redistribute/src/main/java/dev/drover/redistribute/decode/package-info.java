/**
 * What a server tells of its committed changes by logical decoding, plugin {@code pgoutput}.
 *
 * <p>Main types: {@link dev.drover.redistribute.decode.ChangeStream}, the changes of one server as
 * they come; {@link dev.drover.redistribute.decode.PgOutput}, the format.
 */
package dev.drover.redistribute.decode;
