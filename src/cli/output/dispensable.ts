import type { Output } from '../io.js';

/**
 * The same output, of which no failure gets at anybody: a full disk, a reader that has gone, or a terminal that is closed loses what is
 * written there, and ends nothing. For progress, notices and logs: what they accompany must go on.
 */
export function dispensable(output: Output): Output {
  ignoreErrors(output);
  const write = (...args: Parameters<Output['write']>): boolean => {
    try {
      return output.write(...args);
    } catch {
      return true;
    }
  };
  return new Proxy(output, {
    get: (target, key) => {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Lets a stream's errors end nothing; whoever writes to it is told by its own means. */
export function ignoreErrors(output: Output): void {
  output.on('error', () => undefined);
}
