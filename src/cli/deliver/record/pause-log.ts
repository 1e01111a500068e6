import type { PauseCause, ReportPause } from '../../../web/index.js';

type Span = { -readonly [Key in keyof ReportPause]: ReportPause[Key] };

/** With more, the closest ones of each cause become one. */
const MAX_SPANS = 200;
const FIRST_GAP_MS = 1_000;

/** The pauses of a run. Its memory is bounded. Times are of one clock that never goes back. */
export class PauseLog {
  #spans: Span[] = [];
  #gapMs = FIRST_GAP_MS;

  /** A pause, which may be known before it is over. One that begins within the last one of its cause makes that longer. */
  add(why: PauseCause, fromMs: number, untilMs: number): void {
    const last = this.#spans.findLast((span) => span.why === why);
    if (last !== undefined && fromMs <= last.untilMs) {
      last.pausedMs += Math.max(0, untilMs - last.untilMs);
      last.untilMs = Math.max(last.untilMs, untilMs);
      return;
    }
    this.#spans.push({ why, fromMs, untilMs, times: 1, pausedMs: untilMs - fromMs });
    while (this.#spans.length > MAX_SPANS) this.#join();
  }

  /** The pauses of a run that lasted from `startMs` to `endMs`, in milliseconds from its begin. */
  report(startMs: number, endMs: number): ReportPause[] {
    return this.#spans
      .filter(({ fromMs }) => fromMs < endMs)
      .map((span) => {
        const over = Math.max(0, span.untilMs - endMs);
        return {
          ...span,
          fromMs: Math.max(0, Math.round(span.fromMs - startMs)),
          untilMs: Math.round(span.untilMs - over - startMs),
          pausedMs: Math.round(span.pausedMs - over),
        };
      })
      .sort((a, b) => a.fromMs - b.fromMs);
  }

  #join(): void {
    const lastOf = new Map<PauseCause, Span>();
    this.#spans = this.#spans.filter((span) => {
      const before = lastOf.get(span.why);
      if (before === undefined || span.fromMs - before.untilMs > this.#gapMs) {
        lastOf.set(span.why, span);
        return true;
      }
      before.untilMs = Math.max(before.untilMs, span.untilMs);
      before.times += span.times;
      before.pausedMs += span.pausedMs;
      return false;
    });
    this.#gapMs *= 2;
  }
}
