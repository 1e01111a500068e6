import {
  ConfigurationError,
  InstrumentationError,
  InternalError,
  isDestinationError,
  type DestinationError,
  findUnreadable,
} from '../../core/index.js';

const EXPECTED = 'expected a value that can be read, found a getter or a proxy that throws';

/** The error that a configuration is refused with when reading it threw `thrown`: one of this project's in any case. */
export function configurationError(thrown: unknown, config: unknown): DestinationError {
  return asOurs(thrown, config, (path) => {
    const where = path === '' ? EXPECTED : `${path}: ${EXPECTED}`;
    return new ConfigurationError('configuration_invalid', `invalid destination configuration: ${where}`, {
      issues: [{ path, message: EXPECTED }],
    });
  });
}

/** The error that a message is refused with when mapping it threw `thrown`: one of this project's in any case. */
export function mappingError(thrown: unknown, message: unknown): DestinationError {
  return asOurs(thrown, message, (path) => {
    const what = path === '' ? 'the event cannot be read' : `${path} cannot be read`;
    return new InstrumentationError('event_unreadable', `${what}: ${EXPECTED}`, {
      issues: [{ path, message: EXPECTED }],
    });
  });
}

/** What was thrown, if it is ours; else the error of the value that cannot be read; else a bug. */
function asOurs(
  thrown: unknown,
  input: unknown,
  unreadable: (path: string) => DestinationError,
): DestinationError {
  if (isDestinationError(thrown)) return thrown;
  const path = findUnreadable(input);
  return path === undefined ? InternalError.from(thrown) : unreadable(path);
}
