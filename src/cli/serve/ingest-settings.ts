import type { IngestOptions } from '../../service/index.js';
import { UsageError, type Environment } from '../io.js';
import { loadSettings } from '../settings/load-settings.js';
import { tokenFrom } from './access-token.js';
import type { ServeOptions } from './options.js';

/** The environment variable with the token of callers. */
const TOKEN_VARIABLE = 'GAINSIGHT_PX_INGEST_TOKEN';

/**
 * The settings of `--ingest`; undefined without that option.
 *
 * @throws UsageError when the token is missing or cannot be one, or when `--config` has no use
 * @throws ConfigurationError `configuration_invalid`, with all issues
 */
export function ingestSettings(
  { ingest, config, ingestDeadline }: Pick<ServeOptions, 'ingest' | 'config' | 'ingestDeadline'>,
  env: Environment,
): IngestOptions | undefined {
  if (ingest !== true) {
    if (config === undefined) return undefined;
    throw new UsageError(
      '--config has no use without --ingest: hosts send the configuration; see --defaults',
    );
  }
  const token = tokenFrom(env, TOKEN_VARIABLE, '--ingest');
  if (ingestDeadline === 0) throw new UsageError('--ingest-deadline: give a duration of at least 1ms');
  return { config: loadSettings({ config }, env), token, deadlineMs: ingestDeadline };
}
