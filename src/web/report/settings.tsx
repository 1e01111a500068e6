import type { RunReport } from '../data/report.js';
import { Table } from '../parts/table.js';
import { Section } from './section.js';

/** With what the run was made, and what this page holds. */
export function Settings({ report: { settings, versions } }: { readonly report: RunReport }) {
  return (
    <Section title="Settings">
      <Table
        caption="Settings of the run"
        hidesCaption
        columns={['setting', 'value']}
        rows={[
          ...settings.map(([name, value]) => [<code key={name}>{name}</code>, value]),
          ['versions', `gainsight-px ${versions.gainsightPx}, Node.js ${versions.node}`],
        ]}
      />
      <p class="soft">
        This page holds no API key and no value of a message but its messageId. It names places in the input,
        paths in messages, and quotes reasons of PX, which may name a user or an account. It loads nothing
        from elsewhere.
      </p>
    </Section>
  );
}
