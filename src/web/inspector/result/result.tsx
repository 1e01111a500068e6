import { useRef, useState } from 'preact/hooks';
import { isObject, type RequestPlan } from '../../../core/index.js';
import {
  explain,
  type DestinationConfig,
  type Explanation,
} from '../../../destinations/gainsight_px/index.js';
import type { InspectedInput } from '../../data/inspected-input.js';
import { withoutSecrets } from '../../data/secrets.js';
import { fixtureText } from '../copy/fixture.js';
import { showsFault } from '../copy/shows-fault.js';
import { unitTestText } from '../copy/unit-test.js';
import { Diagram } from '../diagram/diagram.js';
import type { Place } from '../highlight.js';
import type { Fate } from '../host-actions.js';
import { withPlaceholder, type Inspection } from '../inspection.js';
import { placesOf } from '../places.js';
import { walk as walkPlan, type Answers } from '../walk.js';
import { CopyNote, useCopying } from './copying.js';
import { DroppedValues } from './dropped-values.js';
import type { Lighting } from './lighting.js';
import { Refused, Skipped } from './message-state.js';
import { HostTable, PathWords } from './outcome.js';
import { Requests } from './requests.js';
import { Warnings } from './warnings.js';
import './result.css';

interface Props {
  readonly input: InspectedInput;
  readonly inspection: Inspection;
  readonly lit: readonly Place[];
  readonly onLight: (places: readonly Place[]) => void;
  /** Replaces the configuration. */
  readonly onConfig: (next: DestinationConfig) => void;
}

/** What becomes of the event. While one of the texts is not JSON, the last result stays. */
export function Result({ inspection, ...rest }: Props) {
  const last = useRef<Readable>();
  const readable = read(inspection);
  if (readable !== undefined) last.current = readable;
  const shown = readable ?? last.current;
  return (
    <section aria-label="Result" class="result">
      {readable === undefined && (
        <p class="alert bad-edge">
          {'fault' in inspection.event ? 'The event' : 'The configuration'} is not JSON.
          {shown !== undefined && ' Below is the result of the text before.'}
        </p>
      )}
      {shown !== undefined && <Explained {...rest} {...shown} />}
    </section>
  );
}

/** What is copied: the input without the key, wherever the input holds it, and the plan of that input. */
interface SafeInput {
  readonly event: unknown;
  readonly config: unknown;
  readonly plan?: RequestPlan;
}

/** An inspection whose two texts are JSON. */
interface Readable {
  readonly message: unknown;
  readonly config: DestinationConfig;
  readonly explanation: Explanation;
  readonly skipped: Inspection['skipped'];
}

function read({ event, config, explanation, skipped }: Inspection): Readable | undefined {
  if (explanation === undefined || 'fault' in event || 'fault' in config) return undefined;
  const settings = (isObject(config.value) ? config.value : {}) as DestinationConfig;
  return { message: event.value, config: settings, explanation, skipped };
}

function Explained({
  message,
  config,
  explanation,
  skipped,
  lit,
  onLight,
  onConfig,
}: Omit<Props, 'inspection'> & Readable) {
  const [answers, setAnswers] = useState<Answers>({});
  const [copied, onCopy] = useCopying();
  const { plan, error, fields, dropped, warnings, notes = [] } = explanation;
  const walk = plan === undefined ? undefined : walkPlan(plan, answers);
  const lighting: Lighting = {
    lit,
    light: (place) => onLight(placesOf(explanation, place, config)),
    dim: () => onLight([]),
  };
  const safe = () => withoutSecrets({ event: message, config, plan }).value as SafeInput;
  const safePlan = (made: RequestPlan): RequestPlan => {
    const { event, config: settings, plan: cleaned = made } = safe();
    // Where the key is a word that the mapping needs, the plan is cleaned itself.
    return explain(event as never, withPlaceholder(settings)).plan ?? cleaned;
  };
  const fate = fateOf({ skipped, explanation }, walk);
  const changes = { message, config, onConfig };

  return (
    <>
      <p class="summary">{skipped === undefined ? summaryOf(explanation) : 'skipped: nothing is sent'}</p>
      {skipped !== undefined && <Skipped reason={skipped} {...changes} />}
      {error !== undefined && skipped === undefined && (
        <Refused error={error} fields={fields} lighting={lighting} {...changes} />
      )}
      {dropped.length > 0 && (
        <section>
          <h2>Not sent</h2>
          <DroppedValues explanation={explanation} lighting={lighting} {...changes} />
        </section>
      )}
      {warnings.length + notes.length > 0 && (
        <section>
          <h2>Warnings</h2>
          <Warnings explanation={explanation} lighting={lighting} />
        </section>
      )}
      {plan !== undefined && walk !== undefined && (
        <section>
          <h2>Requests{skipped === undefined ? '' : ', if the message were not skipped'}</h2>
          <Requests
            plan={plan}
            fields={fields}
            walk={walk}
            lighting={lighting}
            copied={() => safePlan(plan)}
            onCopy={onCopy}
          />
        </section>
      )}
      <section>
        <h2>{plan === undefined ? 'What the host does' : 'What PX answers, and what happens then'}</h2>
        {plan !== undefined && walk !== undefined && (
          <div class="plan">
            <Diagram
              plan={plan}
              answers={answers}
              walk={walk}
              onAnswer={(step, answer) => setAnswers({ ...answers, [step]: answer })}
            />
            <div>
              <PathWords walk={walk} />
              <button type="button" onClick={() => setAnswers({})}>
                All answers: success
              </button>
              <HostTable fate={fate} />
            </div>
          </div>
        )}
        {plan === undefined && <HostTable fate={fate} />}
      </section>
      <section>
        <h2>Copy</h2>
        {!showsFault(error) && (
          <p>
            A fixture or a unit test does not show what is wrong here, because it holds a configuration with
            another API key. Correct the configuration first.
          </p>
        )}
        <p class="buttons" hidden={!showsFault(error)}>
          <button
            type="button"
            onClick={() => onCopy('the fixture', () => fixtureText(safe().event, safe().config, answers))}
          >
            Copy as a fixture
          </button>{' '}
          <button
            type="button"
            onClick={() => onCopy('the unit test', () => unitTestText(safe().event, safe().config))}
          >
            Copy as a unit test
          </button>
        </p>
        <CopyNote copied={copied} />
      </section>
    </>
  );
}

function fateOf(
  { skipped, explanation: { plan, error } }: Pick<Readable, 'skipped' | 'explanation'>,
  walk: ReturnType<typeof walkPlan> | undefined,
): Fate {
  if (skipped !== undefined) return { kind: 'skipped', reason: skipped, error };
  return plan === undefined || walk === undefined
    ? { kind: 'refused', error: error! }
    : { kind: 'sent', plan, walk };
}

function summaryOf({ plan, fields, dropped, warnings }: Explanation): string {
  if (plan === undefined) return 'refused: nothing is sent';
  const parts = [
    count(plan.steps.length, 'step'),
    count(fields.length, 'field'),
    dropped.length === 0 ? 'everything is sent' : `${count(dropped.length, 'value')} not sent`,
    ...(warnings.length === 0 ? [] : [count(warnings.length, 'warning')]),
  ];
  return parts.join(' · ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
