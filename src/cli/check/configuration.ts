import { judgeSettings } from '../settings/judge-settings.js';
import type { Check } from './report.js';

const name = 'configuration';

/** What is wrong with a configuration, and whether it can be used. */
export interface ConfigurationChecks {
  readonly isUsable: boolean;
  readonly checks: readonly Check[];
}

/** Checks a configuration as `validate` does. */
export function checkConfiguration(settings: unknown): ConfigurationChecks {
  const { issues, warnings } = judgeSettings(settings);
  const checks = [
    ...issues.map(({ path, message }): Check => {
      const found = path === '' ? message : `${path}: ${message}`;
      return { name, result: 'failed', code: 'configuration_invalid', found, todo: 'correct it' };
    }),
    ...warnings.map(({ path, message }): Check => {
      return {
        name,
        result: 'warning',
        code: 'key_misspelt',
        found: `${path} ${message}`,
        todo: 'rename it',
      };
    }),
  ];
  const valid: Check = { name, result: 'ok', code: 'configuration_valid', found: 'valid' };
  return { isUsable: issues.length === 0, checks: checks.length === 0 ? [valid] : checks };
}
