/**
 * Run-time parameters of a session, and what of them each server connection has.
 *
 * <p>Main type: {@link dev.drover.coordinator.settings.SettingsState}. Knows nothing of what a
 * parameter means; PostgreSQL has checked every value.
 */
package dev.drover.coordinator.settings;
