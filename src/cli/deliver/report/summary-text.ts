import { describePosition } from '../../input/read-messages.js';
import { printable } from '../../output/printable.js';
import { renderTable, type TableStyle } from '../../output/table.js';
import { count, countOf, duration, perSecond } from '../../output/quantities.js';
import type { SentTo, Summary } from './summary.js';

const TITLES: Readonly<Record<SentTo, string>> = {
  px: 'Delivered to Gainsight PX',
  simulator: 'Delivered to the embedded simulator',
  nowhere: 'Dry run: nothing was sent',
};

/** The summary as text; ends with a line break. */
export function summaryText(summary: Summary, style: TableStyle): string {
  const sections = [
    title(summary),
    files(summary, style),
    messages(summary, style),
    requests(summary, style),
    rejected(summary, style),
    dropped(summary, style),
    warnings(summary, style),
    resumption(summary),
    report(summary),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function title(summary: Summary): string {
  const { sentTo, messages, linksSkipped, durationMs, stopped, left, runs } = summary;
  const { delivered = messages.wouldSend ?? 0, rejected, skipped } = messages;
  const done = sentTo === 'nowhere' ? 'would be sent' : 'delivered';
  const parts = [`${count(delivered)} ${done}`, `${count(rejected)} rejected`];
  if (left > 0) parts.push(`${count(left)} read, and left for the next run`);
  if (skipped.passedOver > 0) parts.push(`${count(skipped.passedOver)} passed over by --skip`);
  if (skipped.switchedOff > 0) {
    parts.push(`${count(skipped.switchedOff)} skipped: not meant for this destination`);
  }
  if (skipped.typeFiltered > 0) {
    parts.push(
      `${count(skipped.typeFiltered)} skipped: of a type that PX has no call for (page, screen, alias)`,
    );
  }
  const refusedBefore = skipped.refusedBefore - skipped.unreadableBefore;
  if (refusedBefore > 0) {
    parts.push(
      `${count(refusedBefore)} skipped: refused by an earlier run, and still not delivered; when the cause is removed, --include-refused sends them`,
    );
  }
  if (skipped.unreadableBefore > 0) {
    parts.push(
      `${count(skipped.unreadableBefore)} skipped: not readable in an earlier run, and still not delivered; correct the original file, and deliver them from there`,
    );
  }
  if (linksSkipped > 0) {
    parts.push(
      `${countOf(linksSkipped, 'group message')} without the link to a user (missingUserOnGroup: skip)`,
    );
  }
  const rate = perSecond(delivered + rejected, durationMs);
  const end = stopped === null ? '' : `\nStopped: ${printable(stopped.message)}.`;
  const time = runs === 1 ? duration(durationMs) : `${duration(durationMs)} in ${count(runs)} runs`;
  return `${TITLES[sentTo]}, in ${time} (${count(rate)} messages/s)\n  ${parts.join('\n  ')}${end}`;
}

/** Empty for one file: the other sections describe it. */
function files({ files: read }: Summary, style: TableStyle): string {
  if (read.length <= 1) return '';
  const rows = read.map(({ name, read: number }) => [name, count(number)]);
  return renderTable(['file', 'messages read'], rows, style);
}

function messages({ messages: { byType }, sentTo }: Summary, style: TableStyle): string {
  const rows = Object.entries(byType).map(([type, outcomes]) => [
    type,
    ...[
      'delivered' in outcomes ? outcomes.delivered : outcomes.wouldSend,
      outcomes.skipped,
      outcomes.rejected,
    ].map(count),
  ]);
  const head = ['messages', sentTo === 'nowhere' ? 'would be sent' : 'delivered', 'skipped', 'rejected'];
  return rows.length === 0 ? '' : renderTable(head, rows, style);
}

function requests({ requests: made, possibleDuplicates }: Summary, style: TableStyle): string {
  const rows = Object.entries(made.byRoute).map(([route, number]) => [route, count(number)]);
  if (rows.length === 0) return '';
  if ('atLeast' in made) {
    const range = `${countOf(made.atLeast, 'request')} when PX knows every user and account, at most ${count(made.atMost)}`;
    return `${renderTable(['requests at least', 'number'], rows, style)}\n${range}`;
  }
  const { total, perMessage, retries, latencyMs, unsent } = made;
  const lines = [
    `${countOf(total, 'request')}, ${perMessage ?? 0} per message, ${count(retries)} of them repeated`,
    `latency: half within ${latencyMs.p50 ?? 0} ms, 95 % within ${latencyMs.p95 ?? 0} ms`,
  ];
  if (unsent.steps + unsent.unchangedFields + unsent.staleFields > 0) {
    const why = `${countOf(unsent.unchangedFields, 'field')} unchanged, ${count(unsent.staleFields)} older than in PX`;
    lines.push(`not sent: ${countOf(unsent.steps, 'request')}; ${why}`);
  }
  if (possibleDuplicates > 0) {
    lines.push(`${countOf(possibleDuplicates, 'message')} may be in PX twice`);
  }
  return `${renderTable(['requests', 'number'], rows, style)}\n${lines.join('\n')}`;
}

function rejected(
  { rejected: { byCode, first, file, inFile }, messages }: Summary,
  style: TableStyle,
): string {
  if (byCode.length === 0) return '';
  const table = renderTable(
    ['rejected because', 'number', 'worth sending again'],
    byCode.map(({ code, count: number, retryable }) => [code, count(number), retryable ? 'yes' : 'no']),
    style,
  );
  const shown = first.map((note) => `  ${printable(`${describePosition(note)}: ${note.reason}`)}`);
  const more = messages.rejected - first.length;
  if (more > 0) shown.push(`  … and ${count(more)} more`);
  const heading = more > 0 ? 'One of each kind first:' : 'In detail:';
  return `${table}\n${heading}\n${shown.join('\n')}${whereAll(file, inFile, messages.rejected)}`;
}

function whereAll(file: string | null, inFile: number, all: number): string {
  if (file === null) return '';
  const which =
    inFile === all
      ? 'All of them, with their messages'
      : `The first ${count(inFile)} of them, with their messages`;
  return `\n${which}: ${printable(file)}`;
}

function dropped({ dropped: { values, messages: from, top } }: Summary, style: TableStyle): string {
  if (values === 0) return '';
  const rows = top.map(({ path, reason, count: number }) => [path, reason, count(number)]);
  const heading = `Left out by the mapping: ${countOf(values, 'value')} of ${countOf(from, 'message')}`;
  return `${heading}\n${renderTable([`top ${rows.length}`, 'why', 'number'], rows, style)}`;
}

function warnings({ warnings: byCode }: Summary, style: TableStyle): string {
  const rows = Object.entries(byCode).map(([code, number]) => [code, count(number)]);
  return rows.length === 0
    ? ''
    : renderTable(['sent, but PX may refuse or mangle it', 'number'], rows, style);
}

function resumption({ goOn, sentAgain, rejected: { file } }: Summary): string {
  if (goOn.length === 0) return '';
  const heading =
    goOn.length === 1
      ? 'To resume:'
      : 'To resume, run these commands in order, each when the one before it has left nothing that is worth sending again:';
  return [heading, ...goOn.map((command) => `  ${printable(command)}`), ...again(sentAgain, file)].join('\n');
}

function report({ report: file }: Summary): string {
  return file === null ? '' : `Report: ${printable(file)}`;
}

function again(sentAgain: number, file: string | null): string[] {
  if (sentAgain === 0) return [];
  const avoid =
    file === null
      ? 'With --rejected from the beginning, a stopped run sends nothing again.'
      : 'A rejected file that can be written completely avoids this.';
  return [
    `${areDelivered(sentAgain)} delivered already, and this command sends them again: the events among them will be in PX twice. ${avoid}`,
  ];
}

const areDelivered = (number: number): string =>
  number === 1 ? '1 message is' : `${count(number)} messages are`;
