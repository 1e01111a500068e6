import { describePosition } from '../input/read-messages.js';
import { printable } from '../output/printable.js';
import { renderTable, type Look } from '../output/table.js';
import { SHOWN_REJECTIONS } from './counts.js';
import { count, countOf, duration, perSecond } from './quantities.js';
import type { SentTo, Summary } from './summary.js';

const TITLES: Readonly<Record<SentTo, string>> = {
  px: 'Delivered to Gainsight PX',
  simulator: 'Delivered to the embedded simulator',
  nowhere: 'Dry run: nothing was sent',
};

/** A summary for the eye; ends with a line break. */
export function summaryText(summary: Summary, look: Look): string {
  const sections = [
    title(summary),
    messages(summary, look),
    requests(summary, look),
    rejected(summary, look),
    dropped(summary, look),
    warnings(summary, look),
    goingOn(summary),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function title(summary: Summary): string {
  const { sentTo, messages, linksSkipped, durationMs, stopped } = summary;
  const { delivered, rejected, skipped } = messages;
  const done = sentTo === 'nowhere' ? 'would be sent' : 'delivered';
  const parts = [`${count(delivered)} ${done}`, `${count(rejected)} rejected`];
  if (skipped.passedOver > 0) parts.push(`${count(skipped.passedOver)} passed over by --skip`);
  if (skipped.switchedOff > 0) {
    parts.push(`${count(skipped.switchedOff)} skipped: not meant for this destination`);
  }
  if (skipped.refusedBefore > 0) {
    parts.push(`${count(skipped.refusedBefore)} skipped: refused for good by an earlier run`);
  }
  if (linksSkipped > 0) {
    parts.push(
      `${countOf(linksSkipped, 'group message')} without the link to a user (missingUserOnGroup: skip)`,
    );
  }
  const rate = perSecond(delivered + rejected, durationMs);
  const end = stopped === null ? '' : `\nStopped: ${printable(stopped.message)}.`;
  return `${TITLES[sentTo]}, in ${duration(durationMs)} (${count(rate)} messages/s)\n  ${parts.join('\n  ')}${end}`;
}

function messages({ messages: { byType }, sentTo }: Summary, look: Look): string {
  const rows = Object.entries(byType).map(([type, { delivered, skipped, rejected }]) => [
    type,
    ...[delivered, skipped, rejected].map(count),
  ]);
  const head = ['messages', sentTo === 'nowhere' ? 'would be sent' : 'delivered', 'skipped', 'rejected'];
  return rows.length === 0 ? '' : renderTable(head, rows, look);
}

function requests({ requests: made, possibleDuplicates }: Summary, look: Look): string {
  const rows = Object.entries(made.byRoute).map(([route, number]) => [route, count(number)]);
  if (rows.length === 0) return '';
  if ('atLeast' in made) {
    const range = `${countOf(made.atLeast, 'request')} when PX knows every user and account, at most ${count(made.atMost)}`;
    return `${renderTable(['requests at least', 'number'], rows, look)}\n${range}`;
  }
  const { total, perMessage, retries, latencyMs } = made;
  const lines = [
    `${countOf(total, 'request')}, ${perMessage ?? 0} per message, ${count(retries)} of them repeated`,
    `latency: half within ${latencyMs.p50 ?? 0} ms, 95 % within ${latencyMs.p95 ?? 0} ms`,
  ];
  if (possibleDuplicates > 0) {
    lines.push(`${countOf(possibleDuplicates, 'message')} may stand in PX twice`);
  }
  return `${renderTable(['requests', 'number'], rows, look)}\n${lines.join('\n')}`;
}

function rejected({ rejected: { byCode, first, file }, messages }: Summary, look: Look): string {
  if (byCode.length === 0) return '';
  const table = renderTable(
    ['rejected because', 'number', 'worth sending again'],
    byCode.map(({ code, count: number, retryable }) => [code, count(number), retryable ? 'yes' : 'no']),
    look,
  );
  const shown = first.map((note) => `  ${printable(`${describePosition(note)}: ${note.reason}`)}`);
  const more = messages.rejected - first.length;
  if (more > 0) shown.push(`  … and ${count(more)} more`);
  const heading = messages.rejected > SHOWN_REJECTIONS ? `The first ${SHOWN_REJECTIONS}:` : 'In detail:';
  const where = file === null ? '' : `\nAll of them, with their messages: ${printable(file)}`;
  return `${table}\n${heading}\n${shown.join('\n')}${where}`;
}

function dropped({ dropped: { values, messages: from, top } }: Summary, look: Look): string {
  if (values === 0) return '';
  const rows = top.map(({ path, reason, count: number }) => [path, reason, count(number)]);
  const heading = `Left out by the mapping: ${countOf(values, 'value')} of ${countOf(from, 'message')}`;
  return `${heading}\n${renderTable([`top ${rows.length}`, 'why', 'number'], rows, look)}`;
}

function warnings({ warnings: byCode }: Summary, look: Look): string {
  const rows = Object.entries(byCode).map(([code, number]) => [code, count(number)]);
  return rows.length === 0 ? '' : renderTable(['sent, but PX may refuse or mangle it', 'number'], rows, look);
}

function goingOn({ goOn }: Summary): string {
  return goOn.length === 0 ? '' : `To go on:\n  ${goOn.map(printable).join(' &&\n  ')}`;
}
