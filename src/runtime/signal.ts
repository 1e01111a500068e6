/** The parts of an `AbortSignal` that the router uses, for a compiler that knows no global one: neither the DOM's types nor Node's. */
export interface MinimalSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The global `AbortSignal`. This form lets the declarations of the router compile without `lib: ["dom"]` and `@types/node`. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Global } }
  ? Global
  : MinimalSignal;

/** Whether a value has the methods of a signal. */
export function isSignal(value: unknown): boolean {
  return typeof (value as Partial<MinimalSignal> | null | undefined)?.addEventListener === 'function';
}
