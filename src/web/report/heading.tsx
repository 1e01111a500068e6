import type { ReportSummary, RunReport } from '../data/report.js';
import { count, countOf, duration, rate } from '../parts/quantities.js';
import { Table } from '../parts/table.js';

const TITLES: Readonly<Record<ReportSummary['sentTo'], string>> = {
  px: 'Delivery to Gainsight PX',
  simulator: 'Delivery to the embedded simulator',
  nowhere: 'Dry run: nothing was sent',
};

/** What the run was, how it ended, and its figures. */
export function Heading({ report }: { readonly report: RunReport }) {
  const { summary, startedAt, endedAt, durationMs } = report;
  const { stopped, resumed, runs, left, files, goOn } = summary;
  return (
    <header>
      <h1>{TITLES[summary.sentTo]}</h1>
      <p class={stopped === null ? 'ended' : 'ended stopped'}>
        {stopped === null
          ? 'The run read its input to the end.'
          : `The run stopped early: ${stopped.message}.`}
        {left > 0 && ` ${countOf(left, 'message')} that were read stay for the next run.`}
      </p>
      <p>
        From <time dateTime={startedAt}>{utc(startedAt)}</time> to{' '}
        <time dateTime={endedAt}>{utc(endedAt)}</time>, {duration(durationMs)}. Input: {filesText(files)}.
      </p>
      {files.length > 1 && (
        <details>
          <summary>Files</summary>
          <Table
            caption="Messages read of each file"
            hidesCaption
            columns={['file', { head: 'messages read', isNumber: true }]}
            rows={files.map(({ name, read }) => [<code key={name}>{name}</code>, count(read)])}
          />
        </details>
      )}
      {resumed && (
        <p class="note">
          This run resumed an earlier one: run {count(runs)} of this input. Numbers are of all runs,{' '}
          {duration(summary.durationMs)} together, but for the parts with the words “this run only”.
        </p>
      )}
      <Figures report={report} />
      {goOn.length > 0 && (
        <>
          <p>To resume{goOn.length > 1 && ', run these commands in order'}:</p>
          {goOn.map((command) => (
            <pre key={command} tabIndex={0}>
              {command}
            </pre>
          ))}
        </>
      )}
    </header>
  );
}

function Figures({ report: { summary } }: { readonly report: RunReport }) {
  const { messages, requests, possibleDuplicates, durationMs } = summary;
  const { delivered, wouldSend = 0, rejected, retryable, skipped } = messages;
  const allSkipped = Object.entries(skipped).reduce(
    (sum, [why, number]) => (why === 'unreadableBefore' ? sum : sum + number),
    0,
  );
  const done = delivered ?? wouldSend;
  const figures: [name: string, value: string, more: string][] = [
    [
      delivered === undefined ? 'would be sent' : 'delivered',
      count(done),
      `of ${countOf(messages.read, 'message')}`,
    ],
    ['rejected', count(rejected), rejected === 0 ? '' : `${count(retryable)} worth sending again`],
    ['skipped', count(allSkipped), ''],
    ['messages a second', rate(((done + rejected) * 1_000) / Math.max(durationMs, 1)), ''],
  ];
  if ('atLeast' in requests) {
    figures.push(['requests', count(requests.atLeast), `at least; at most ${count(requests.atMost)}`]);
  } else {
    const { total, perMessage, retries, latencyMs, unsent } = requests;
    figures.push(
      ['requests', count(total), perMessage === null ? '' : `${perMessage} per message`],
      ['repeated requests', count(retries), ''],
      [
        'latency, half within',
        latencyMs.p50 === null ? 'none' : duration(latencyMs.p50),
        latencyMs.p95 === null ? '' : `95 % within ${duration(latencyMs.p95)}`,
      ],
    );
    if (unsent.steps + unsent.unchangedFields + unsent.staleFields > 0) {
      const why = `${countOf(unsent.unchangedFields, 'field')} unchanged, ${count(unsent.staleFields)} older than in PX`;
      figures.push(['requests not needed', count(unsent.steps), why]);
    }
  }
  if (possibleDuplicates > 0) figures.push(['may be in PX twice', count(possibleDuplicates), 'messages']);
  return (
    <dl class="figures">
      {figures.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <b>{value}</b>
            {more !== '' && <span>{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function filesText(files: ReportSummary['files']): string {
  const [first] = files;
  if (files.length !== 1 || first === undefined) return countOf(files.length, 'file');
  return first.name === '-' ? 'the standard input' : first.name;
}

/** `2026-11-27 12:34:56 UTC` */
const utc = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
