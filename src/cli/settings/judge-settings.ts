import { isDestinationError, type Issue } from '../../core/index.js';
import { parseConfig } from '../../destinations/gainsight_px/index.js';
import { misspeltKeys, swappedKeys } from './config-warnings.js';

/** What is wrong with settings. */
export interface SettingsFaults {
  /** With one of them the settings cannot be used. */
  readonly issues: readonly Issue[];
  /** Keys that have no effect, and are almost known ones. */
  readonly warnings: readonly Issue[];
}

/** Judges settings, as a file and the environment give them. */
export function judgeSettings(settings: unknown): SettingsFaults {
  return { issues: [...issuesOf(settings), ...swappedKeys(settings)], warnings: misspeltKeys(settings) };
}

function issuesOf(settings: unknown): readonly Issue[] {
  try {
    parseConfig(settings);
    return [];
  } catch (error) {
    if (isDestinationError(error)) return error.issues;
    throw error;
  }
}
