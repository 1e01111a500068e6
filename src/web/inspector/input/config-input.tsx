import { useState } from 'preact/hooks';
import { isObject, type Issue } from '../../../core/index.js';
import { ConfigForm } from '../config/config-form.js';
import { idOf } from '../config/control-props.js';
import { jsonText } from '../examples/examples.js';
import type { Parsed } from '../inspection.js';
import { JsonEditor } from '../json/json-editor.js';

interface Props {
  readonly text: string;
  readonly parsed: Parsed;
  readonly issues: readonly Issue[];
  readonly lit: readonly string[];
  readonly onText: (text: string) => void;
  readonly onPoint: (path: string | undefined) => void;
}

const FAULTS = 'config-faults';

/** The configuration: a form, and its JSON one click away. */
export function ConfigInput({ text, parsed, issues, lit, onText, onPoint }: Props) {
  const [view, setView] = useState<'form' | 'json'>('form');
  const fault = 'fault' in parsed ? parsed.fault : undefined;
  const config = 'value' in parsed && isObject(parsed.value) ? parsed.value : undefined;
  const button = (name: 'form' | 'json', title: string) => (
    <button type="button" aria-pressed={view === name} onClick={() => setView(name)}>
      {title}
    </button>
  );
  return (
    <section class="box" aria-labelledby="config-title">
      <div class="box-head">
        <h2 id="config-title">Configuration</h2>
        <div class="toggle" role="group" aria-label="View of the configuration">
          {button('form', 'Form')}
          {button('json', 'JSON')}
        </div>
      </div>
      {view === 'json' && (
        <JsonEditor
          label="Configuration, as JSON"
          describedBy={FAULTS}
          text={text}
          issues={issues}
          lit={lit}
          onText={onText}
          onPoint={onPoint}
        />
      )}
      <div id={FAULTS} class="faults">
        {fault !== undefined && <p class="fault">The configuration is not JSON: {fault.message}</p>}
        {fault === undefined && config === undefined && (
          <p class="fault">
            The configuration is not an object: {'{"productTagKey": "AP-XXXXXXXXXX-2"}'} is one.
          </p>
        )}
        {issues.length > 0 && (
          <ul>
            {issues.map(({ path, message }) => (
              <li key={path} class="fault">
                {view === 'form' && config !== undefined && path !== '' ? (
                  <button type="button" class="link" onClick={() => focusField(path)}>
                    {path}
                  </button>
                ) : (
                  <code>{path}</code>
                )}
                : {message}
              </li>
            ))}
          </ul>
        )}
      </div>
      {view === 'form' &&
        (config === undefined ? (
          <p class="offer">
            The form needs a JSON object.{' '}
            <button type="button" onClick={() => setView('json')}>
              Correct the JSON
            </button>
          </p>
        ) : (
          <ConfigForm
            config={config}
            issues={issues}
            lit={lit}
            onConfig={(next) => onText(jsonText(next))}
            onPoint={onPoint}
          />
        ))}
    </section>
  );
}

/** Moves the focus to the control of a fault, or to the one around it. */
function focusField(path: string): void {
  const keys = path.split('.');
  for (let length = keys.length; length > 0; length -= 1) {
    const element = document.getElementById(idOf(keys.slice(0, length)));
    if (element === null) continue;
    element.closest('details')?.setAttribute('open', '');
    element.focus();
    return;
  }
}
