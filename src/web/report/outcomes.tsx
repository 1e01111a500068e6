import type { RunReport } from '../data/report.js';
import { count } from '../parts/quantities.js';
import { Table } from '../parts/table.js';
import { Section } from './section.js';

const SKIPPED: readonly (readonly [key: keyof RunReport['summary']['messages']['skipped'], text: string])[] =
  [
    ['passedOver', 'passed over by --skip'],
    ['switchedOff', 'not meant for this destination (integrations)'],
    ['typeFiltered', 'of a type that PX has no call for'],
    ['refusedBefore', 'refused by an earlier run, and still not delivered'],
    ['unreadableBefore', 'of these, not readable in an earlier run'],
  ];

/** What became of the messages. */
export function Outcomes({ report: { summary } }: { readonly report: RunReport }) {
  const { messages, requests, sentTo, linksSkipped } = summary;
  const done = sentTo === 'nowhere' ? 'would be sent' : 'delivered';
  const skipped = [
    ...SKIPPED.map(([key, text]) => [text, messages.skipped[key]] as const),
    ['without the link to a user (missingUserOnGroup: skip), but delivered', linksSkipped] as const,
  ].filter(([, number]) => number > 0);
  const rows = Object.entries(messages.byType);
  if (rows.length === 0) return null;
  return (
    <Section title="Outcomes">
      <Table
        caption="Messages by type"
        columns={['messages', number(done), number('skipped'), number('rejected'), 'share']}
        rows={rows.map(([type, kind]) => {
          const sent = kind.delivered ?? kind.wouldSend ?? 0;
          return [
            type,
            count(sent),
            count(kind.skipped),
            count(kind.rejected),
            <Shares key={type} parts={[sent, kind.skipped, kind.rejected]} />,
          ];
        })}
      />
      {skipped.length > 0 && (
        <Table
          caption="Why messages were skipped"
          columns={['skipped because', number('messages')]}
          rows={skipped.map(([text, value]) => [text, count(value)])}
        />
      )}
      {Object.keys(requests.byRoute).length > 0 && (
        <Table
          caption={'atLeast' in requests ? 'Requests that would be sent at least' : 'Requests by route'}
          columns={['route', number('requests')]}
          rows={Object.entries(requests.byRoute).map(([route, value]) => [route, count(value)])}
        />
      )}
    </Section>
  );
}

const PARTS = ['delivered', 'skipped', 'rejected'] as const;

/** The shares of the numbers beside it, as a bar. */
function Shares({ parts }: { readonly parts: readonly number[] }) {
  const all = parts.reduce((total, part) => total + part, 0);
  if (all === 0) return null;
  return (
    <span class="shares" aria-hidden="true">
      {parts.map(
        (part, index) => part > 0 && <i key={index} class={PARTS[index]} style={{ flexGrow: part / all }} />,
      )}
    </span>
  );
}

const number = (head: string) => ({ head, isNumber: true });
