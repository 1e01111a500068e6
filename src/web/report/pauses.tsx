import type { PauseCause, ReportPause } from '../data/report.js';
import { clockTime, count, duration } from '../parts/quantities.js';
import { Table } from '../parts/table.js';
import { Section } from './section.js';

const CAUSES: Readonly<Record<PauseCause, string>> = {
  asked: 'PX asked to wait (Retry-After)',
  outage: 'PX did not answer',
  quota: 'the requests of 24 hours were used up',
};

/** When the run sent nothing, and why. */
export function Pauses({ pauses }: { readonly pauses: readonly ReportPause[] }) {
  if (pauses.length === 0) return null;
  return (
    <Section title="Pauses">
      <p>While a pause lasts, nothing is sent. The charts mark pauses with stripes.</p>
      <Table
        caption="Pauses of this run"
        hidesCaption
        columns={[
          'why',
          { head: 'from', isNumber: true },
          { head: 'to', isNumber: true },
          { head: 'paused', isNumber: true },
        ]}
        rows={pauses.map(({ why, fromMs, untilMs, times, pausedMs }) => [
          times === 1 ? CAUSES[why] : `${CAUSES[why]}, ${count(times)} times`,
          clockTime(fromMs / 1_000),
          clockTime(untilMs / 1_000),
          duration(pausedMs),
        ])}
      />
    </Section>
  );
}
