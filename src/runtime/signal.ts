/** What the router needs of a signal where the compiler knows no global `AbortSignal`: neither the DOM's types nor Node's. */
export interface MinimalSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The global `AbortSignal`. Named in this way, the declarations of the router compile without `lib: ["dom"]` and `@types/node`. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Global } }
  ? Global
  : MinimalSignal;

/** Settles as the promise does, or rejects with the signal's reason when that comes first: what a user's function returns need not listen to it. */
export function untilAborted<T>(promise: Promise<T>, signal: Signal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // In JavaScript a user's function may return anything that can be awaited.
    Promise.resolve(promise).then(resolve, reject);
  });
}
