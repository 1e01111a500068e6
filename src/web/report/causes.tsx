import { DROP_REASON_TEXTS } from '../../core/index.js';
import type { RunReport } from '../data/report.js';
import { count, countOf } from '../parts/quantities.js';
import { Table } from '../parts/table.js';
import { Places } from './places.js';
import { Section } from './section.js';

const number = (head: string) => ({ head, isNumber: true });
const yesOrNo = (is: boolean): string => (is ? 'yes' : 'no');

/** What was not delivered, what was left out, what PX may refuse; each with where to look. */
export function Causes({ report }: { readonly report: RunReport }) {
  return (
    <>
      <Rejected report={report} />
      <Dropped report={report} />
      <Warned report={report} />
    </>
  );
}

function Rejected({ report: { summary, rejections } }: { readonly report: RunReport }) {
  const { byCode, file } = summary.rejected;
  if (byCode.length === 0) return null;
  return (
    <Section title="Rejected">
      {file !== null && (
        <p>
          All of them, with their messages: <code>{file}</code>
        </p>
      )}
      <Table
        caption="Rejected messages by code"
        columns={['code', number('messages'), 'worth sending again']}
        rows={byCode.map(({ code, count: value, retryable }) => [
          <code key={code}>{code}</code>,
          count(value),
          yesOrNo(retryable),
        ])}
      />
      {rejections.length > 0 && (
        <Table
          caption={`By reason${summary.resumed ? ', this run only' : ''}: one text of each kind`}
          columns={['reason', number('messages'), 'the first ones']}
          rows={rejections.map(({ code, reason, count: value, places }) => [
            <span key={reason} class="reason">
              <code>{code}</code> {reason}
            </span>,
            count(value),
            <Places key={reason} places={places} resumed={summary.resumed} />,
          ])}
        />
      )}
    </Section>
  );
}

function Dropped({ report: { summary, dropped } }: { readonly report: RunReport }) {
  const { values, messages } = summary.dropped;
  if (values === 0) return null;
  return (
    <Section title="Left out by the mapping">
      <p>
        {countOf(values, 'value')} of {countOf(messages, 'message')} that were sent without{' '}
        {values === 1 ? 'it' : 'them'}. <code>gainsight-px explain</code> shows what would let a value
        through.
      </p>
      <Table
        caption="Values that were left out"
        hidesCaption
        columns={['path', 'why', number('values'), 'the first ones']}
        rows={dropped.map(({ path, reason, count: value, places }) => [
          <code key={path}>{path}</code>,
          DROP_REASON_TEXTS[reason],
          count(value),
          <Places key={path} places={places} resumed={summary.resumed} />,
        ])}
      />
    </Section>
  );
}

function Warned({ report: { summary, warnings } }: { readonly report: RunReport }) {
  if (warnings.length === 0) return null;
  return (
    <Section title="Sent, but PX may refuse or mangle it">
      <Table
        caption="Warnings"
        hidesCaption
        columns={['warning', number('messages'), 'the first ones']}
        rows={warnings.map(({ code, count: value, places }) => [
          <code key={code}>{code}</code>,
          count(value),
          <Places key={code} places={places} resumed={summary.resumed} />,
        ])}
      />
    </Section>
  );
}
