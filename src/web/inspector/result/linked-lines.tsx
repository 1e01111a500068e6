import { useMemo, useState } from 'preact/hooks';
import type { Step } from '../../../core/index.js';
import { KEY_HEADER, type ExplainedField } from '../../../destinations/gainsight_px/index.js';
import { planPlace } from '../places.js';
import { bodyLines, urlParts, type BodyLine } from '../request-lines.js';
import { dateWords } from './date-words.js';
import { litBy, type Lighting } from './lighting.js';
import { Source } from './source.js';

interface Props {
  readonly step: Step;
  readonly fields: readonly ExplainedField[];
  readonly lighting: Lighting;
}

/** So many lines are shown at once: a body may have tens of thousands. */
const SHOWN = 150;
const SHOWN_MORE = 500;
const HIDDEN_KEY = '••••••••';

/** A request as it would be sent, each value with its source. The arrow keys go from value to value. */
export function LinkedLines({ step, fields, lighting }: Props) {
  const [shown, setShown] = useState(SHOWN);
  const [active, setActive] = useState(0);
  const { method, headers } = step.request;
  // Not anew whenever something lights up.
  const { before, id } = useMemo(() => urlParts(step, fields), [step, fields]);
  const lines = useMemo(() => bodyLines(step, fields), [step, fields]);
  const visible = lines.slice(0, shown);
  const hidden = lines.length - visible.length;
  const linked = [id?.field, ...visible.map(({ field }) => field)].filter((field) => field !== undefined);
  const indexes = new Map(linked.map((field, index) => [field, index]));
  const current = Math.min(active, linked.length - 1);

  const option = (field: ExplainedField) => {
    const index = indexes.get(field)!;
    const light = litBy(planPlace(field), lighting);
    return {
      ...light,
      role: 'option',
      'aria-selected': light.class === 'lit',
      tabIndex: index === current ? 0 : -1,
      onFocus: () => {
        setActive(index);
        light.onFocus();
      },
    } as const;
  };

  const line = ({ depth, text, field }: BodyLine, index: number) =>
    field === undefined ? (
      <div key={index} role="presentation" style={{ paddingLeft: `${depth * 2}ch` }}>
        {text}
      </div>
    ) : (
      <div key={index} {...option(field)} style={{ paddingLeft: `${depth * 2}ch` }}>
        <span>
          {text}
          <DateWords field={field} />
        </span>
        <Source field={field} />
      </div>
    );

  return (
    <>
      <div
        class="lines"
        role="listbox"
        aria-label={`Request of ${step.id}, each value with its source`}
        onKeyDown={moveFocus}
      >
        {id?.field === undefined ? (
          <div role="presentation">
            <span>
              {method} {before}
            </span>
          </div>
        ) : (
          <div {...option(id.field)}>
            <span>
              {method} {before}
              <b>{id.text}</b>
            </span>
            <Source field={id.field} />
          </div>
        )}
        {Object.entries(headers).map(([name, value]) => (
          <div key={name} role="presentation" class="soft">
            {name}: {name === KEY_HEADER ? HIDDEN_KEY : value}
          </div>
        ))}
        {visible.map(line)}
      </div>
      {hidden > 0 && (
        <button type="button" onClick={() => setShown(shown + SHOWN_MORE)}>
          Show {Math.min(hidden, SHOWN_MORE)} of {hidden} more lines
        </button>
      )}
    </>
  );
}

function DateWords({ field }: { readonly field: ExplainedField }) {
  const words = dateWords(field);
  return words === undefined ? null : <i> {words}</i>;
}

const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, count) => count - 1,
};

function moveFocus(event: KeyboardEvent): void {
  const next = STEPS[event.key];
  if (next === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  const options = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=option]')];
  const at = options.indexOf(document.activeElement as HTMLElement);
  event.preventDefault();
  options[next(at, options.length)]?.focus();
}
