import type { ComponentChildren } from 'preact';

interface SectionProps {
  readonly title: string;
  /** Whether its numbers are of this run only, in a report of several. */
  readonly ofThisRun?: boolean;
  readonly children: ComponentChildren;
}

/** A part of the report with its heading. */
export function Section({ title, ofThisRun = false, children }: SectionProps) {
  const id = title.toLowerCase().replace(/\W+/g, '-');
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title}
        {ofThisRun && <small> this run only</small>}
      </h2>
      {children}
    </section>
  );
}
