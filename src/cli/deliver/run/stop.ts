/** Why a run ends before its input does. */
export type StopReason =
  | 'unauthorized'
  | 'forbidden'
  | 'throttled'
  | 'outage'
  | 'daily_quota_reached'
  | 'interrupted'
  | 'rejected_file_failed'
  | 'checkpoint_failed'
  /** Of `publish`: no broker answers. */
  | 'kafka_unreachable'
  /** Of `publish`: the brokers refuse. */
  | 'kafka_failed';

/** Ends a run early; the first reason counts. */
export class Stop {
  readonly #controller = new AbortController();
  readonly #listeners: ((reason: StopReason) => void)[] = [];
  #reason: StopReason | undefined;
  #text = '';

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** What happened and what to do, on one line. */
  get text(): string {
    return this.#text;
  }

  /** Resolves with the first reason. */
  get requested(): Promise<StopReason> {
    if (this.#reason !== undefined) return Promise.resolve(this.#reason);
    return new Promise((resolve) => {
      this.onStop(resolve);
    });
  }

  /** Aborted by the first request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  request(reason: StopReason, text: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#text = text;
    this.#controller.abort();
    for (const listener of this.#listeners) listener(reason);
  }

  onStop(listener: (reason: StopReason) => void): void {
    this.#listeners.push(listener);
  }
}
