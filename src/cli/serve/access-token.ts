import { ACCESS_TOKEN_EXPECTED, isAccessToken } from '../../runtime/index.js';
import { UsageError, type Environment } from '../io.js';

/**
 * The token of an environment variable. A token is never an argument: a list of processes shows those.
 *
 * @param what the option that needs it, for error texts
 * @throws UsageError when it is missing or cannot be a token
 */
export function tokenFrom(env: Environment, variable: string, what: string): string {
  const token = env[variable];
  if (isAccessToken(token)) return token;
  throw new UsageError(`${what}: set ${variable} to a token for its callers: ${ACCESS_TOKEN_EXPECTED}`);
}
