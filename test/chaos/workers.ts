import { endText, startCommand, type End, type RunningCommand, type Sends } from './command';

/** A broker that restarts. Then a new worker ends, and whoever watches over it starts it again. */
const AWAY = /no broker answers/;

/** The workers of a group, as a supervisor keeps them. */
export class Workers {
  readonly #running = new Map<number, RunningCommand>();
  #lives = 0;
  #isStopping = false;
  #fail!: (error: Error) => void;
  /** Workers that ended because the broker was away when they started. */
  startedInVain = 0;
  /** Rejects when a worker ends by itself for another reason. */
  readonly failure = new Promise<never>((_resolve, reject) => (this.#fail = reject));

  /** @param count places, each with one worker at a time */
  constructor(
    private readonly command: readonly string[],
    private readonly sends: Sends,
    readonly count: number,
  ) {
    this.failure.catch(() => undefined);
    for (let place = 0; place < count; place += 1) this.start(place);
  }

  start(place: number): void {
    const worker = startCommand(this.command, this.#lives, this.sends);
    this.#lives += 1;
    this.#running.set(place, worker);
    void worker.ended.then((end) => {
      if (this.#running.get(place) !== worker || this.#isStopping) return;
      if (!AWAY.test(end.stderr)) return this.#fail(new Error(`a worker ended by itself: ${endText(end)}`));
      this.startedInVain += 1;
      this.start(place);
    });
  }

  /** @returns which process it was */
  async kill(place: number): Promise<number> {
    const worker = this.#running.get(place)!;
    this.#running.delete(place);
    await worker.end('SIGKILL');
    return worker.life;
  }

  stop(): Promise<End[]> {
    this.#isStopping = true;
    return Promise.all([...this.#running.values()].map((worker) => worker.end('SIGTERM')));
  }
}
