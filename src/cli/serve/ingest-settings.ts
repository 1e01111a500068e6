import { INGEST_TOKEN_EXPECTED, isIngestToken } from '../../runtime/index.js';
import type { IngestOptions } from '../../service/index.js';
import { UsageError, type Environment } from '../io.js';
import { loadSettings } from '../settings/load-settings.js';
import type { ServeOptions } from './options.js';

/** The environment variable with the token of callers. It is never an argument: a list of processes shows those. */
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
  const token = env[TOKEN_VARIABLE];
  if (!isIngestToken(token)) {
    throw new UsageError(
      `--ingest: set ${TOKEN_VARIABLE} to a token for its callers: ${INGEST_TOKEN_EXPECTED}`,
    );
  }
  if (ingestDeadline === 0) throw new UsageError('--ingest-deadline: give a duration of at least 1ms');
  return { config: loadSettings({ config }, env), token, deadlineMs: ingestDeadline };
}
