import type { ServerResponse } from 'node:http';

/** The answers that are being made or written: told when the last of them has left, or its client. */
export class Answers {
  readonly #open = new Set<ServerResponse>();
  readonly #waiting = new Set<() => void>();

  /** One more; it counts until it is written to its end, or its connection is gone. */
  add(answer: ServerResponse): void {
    this.#open.add(answer);
    const left = (): void => {
      this.#open.delete(answer);
      if (this.#open.size > 0) return;
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    answer.once('finish', left);
    answer.once('close', left);
  }

  /** Resolves when there are none. */
  allLeft(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.add(resolve));
  }
}
