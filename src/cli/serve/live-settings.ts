import { isLoopbackHost } from '../../runtime/index.js';
import type { LiveOptions } from '../../service/index.js';
import type { Environment } from '../io.js';
import { readPage } from '../pages/page.js';
import { tokenFrom } from './access-token.js';
import type { ServeOptions } from './options.js';

/** The environment variable with the token of those that look into the service. */
const TOKEN_VARIABLE = 'GAINSIGHT_PX_LIVE_TOKEN';

/**
 * The settings of `--live`; undefined without that option. On a loopback address the token may be left out: an empty variable counts as not set, as in
 * shells and CI systems.
 *
 * @throws UsageError when the token is missing or cannot be one
 */
export function liveSettings(
  { live, host }: Pick<ServeOptions, 'live' | 'host'>,
  env: Environment,
): LiveOptions | undefined {
  if (live !== true) return undefined;
  const page = readPage('live');
  if ((env[TOKEN_VARIABLE] ?? '') === '' && isLoopbackHost(host)) return { page };
  return { page, token: tokenFrom(env, TOKEN_VARIABLE, `--live on ${host}`) };
}
