import type { DestinationError } from '../../core/index.js';
import type { ServiceLog } from '../options.js';

const MOST_FRAMES = 8;

/**
 * Logs the issues of this service among the errors of a request, in one line: the first of them, and how many they are. The host is told to
 * try again, and nobody else would learn of them.
 */
export function logBugs(errors: readonly DestinationError[], log: ServiceLog): void {
  const bugs = errors.filter(({ kind }) => kind === 'bug');
  const [first] = bugs;
  if (first === undefined) return;
  const { cause, message } = first;
  // Of what is not our own, the name and the place alone: a message may quote anything.
  const fault = cause instanceof Error ? { error: cause.name, at: placesIn(cause) } : { error: message };
  log.error({ ...fault, events: bugs.length }, 'events met a fault of this service, and will come again');
}

function placesIn({ message, stack = '' }: Error): string[] {
  const start = stack.indexOf(message);
  // Before the message stand the name and a code; if not, the message is not the one that stands in the stack.
  if (!/^([\w$]+( \[\w+\])?: )?$/.test(stack.slice(0, Math.max(start, 0))) || start === -1) return [];
  const frames = stack
    .slice(start + message.length)
    .split('\n')
    .slice(1, 1 + MOST_FRAMES);
  return frames.map((frame) => frame.trim().replace(/^at /, ''));
}
