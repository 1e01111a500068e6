import type { SlowRequest } from '../data/report.js';
import { duration } from '../parts/quantities.js';
import { Table } from '../parts/table.js';
import { Places } from './places.js';
import { Section } from './section.js';

/** The slowest requests. */
export function Slowest({ slowest }: { readonly slowest: readonly SlowRequest[] }) {
  if (slowest.length === 0) return null;
  return (
    <Section title="The slowest requests">
      <Table
        caption={`The ${slowest.length} slowest requests of this run`}
        hidesCaption
        columns={['route', { head: 'took', isNumber: true }, 'answer', 'message']}
        rows={slowest.map(({ route, durationMs, status, errorCode, place }, index) => [
          route,
          duration(durationMs),
          [status ?? 'no answer', ...(errorCode === undefined ? [] : [errorCode])].join(', '),
          <Places key={index} places={[place]} />,
        ])}
      />
    </Section>
  );
}
