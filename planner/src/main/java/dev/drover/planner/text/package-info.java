/**
 * Texts for nodes: the user's text with spans replaced by leaves' names, {@code now()}, parameters
 * and what else differs there.
 *
 * <p>Main type: {@link dev.drover.planner.text.NodeText}. Nothing is unparsed. Says what a text is,
 * not where it runs.
 */
package dev.drover.planner.text;
