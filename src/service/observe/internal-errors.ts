import type { DestinationError } from '../../core/index.js';
import type { ServiceLog } from '../options.js';

const MAX_FRAMES = 8;

/**
 * Logs the internal errors of a request in one line: the first of them, and their number. The host only retries, so this line is the
 * only sign of them.
 */
export function logInternalErrors(errors: readonly DestinationError[], log: ServiceLog): void {
  const internal = errors.filter(({ kind }) => kind === 'bug');
  const [first] = internal;
  if (first === undefined) return;
  const { cause, message } = first;
  // For an error of other code, only its name and stack: its message may quote anything.
  const details = cause instanceof Error ? { error: cause.name, at: stackFrames(cause) } : { error: message };
  log.error(
    { ...details, events: internal.length },
    'events failed because of an internal error; the host retries them',
  );
}

function stackFrames({ message, stack = '' }: Error): string[] {
  const start = stack.indexOf(message);
  // Only the name and a code may precede the message. Otherwise the stack begins with another message, which must not be logged.
  if (!/^([\w$]+( \[\w+\])?: )?$/.test(stack.slice(0, Math.max(start, 0))) || start === -1) return [];
  const frames = stack
    .slice(start + message.length)
    .split('\n')
    .slice(1, 1 + MAX_FRAMES);
  return frames.map((frame) => frame.trim().replace(/^at /, ''));
}
