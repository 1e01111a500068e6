import type { RunReport } from '../data/report.js';
import { Causes } from './causes.js';
import { Heading } from './heading.js';
import { Latency } from './latency.js';
import { Outcomes } from './outcomes.js';
import { OverTime } from './over-time.js';
import { Pauses } from './pauses.js';
import { Settings } from './settings.js';
import { Slowest } from './slowest.js';

/** The report of one run, from the whole to the parts. */
export function App({ report }: { readonly report: RunReport }) {
  return (
    <main>
      <Heading report={report} />
      <OverTime report={report} />
      <Pauses pauses={report.pauses} />
      <Outcomes report={report} />
      <Latency report={report} />
      <Causes report={report} />
      <Slowest slowest={report.slowest} />
      <Settings report={report} />
    </main>
  );
}
