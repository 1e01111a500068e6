import { useMemo, useRef } from 'preact/hooks';
import { isObject, type Issue } from '../../../core/index.js';
import { EXAMPLES, jsonText } from '../examples/examples.js';
import type { Parsed } from '../inspection.js';
import { JsonEditor } from '../json/json-editor.js';
import { splitMessages } from '../messages/split-messages.js';
import type { Action, OpenFile } from '../state.js';
import { FileSteps } from './file-steps.js';

interface Props {
  readonly text: string;
  readonly file: OpenFile | undefined;
  readonly parsed: Parsed;
  readonly issues: readonly Issue[];
  readonly lit: readonly string[];
  readonly onText: (text: string) => void;
  readonly onPoint: (path: string | undefined) => void;
  readonly dispatch: (action: Action) => void;
  readonly onFiles: (files: FileList | null) => void;
}

const FAULTS = 'event-faults';

/** The event: typed, pasted, from a file or one of the examples. */
export function EventInput(props: Props) {
  const { text, file, parsed, issues, lit, onText, onPoint, dispatch, onFiles } = props;
  const picker = useRef<HTMLInputElement>(null);
  const holdsSeveral = useMemo(() => file === undefined && isSeveral(text, parsed), [file, text, parsed]);
  const fault = 'fault' in parsed ? parsed.fault : undefined;
  return (
    <section class="box" aria-labelledby="event-title">
      <div class="box-head">
        <h2 id="event-title">Event</h2>
        <select
          aria-label="Take an example"
          value={EXAMPLES.findIndex(({ event }) => jsonText(event) === text)}
          onInput={(event) => {
            const example = EXAMPLES[Number(event.currentTarget.value)];
            if (example !== undefined) dispatch({ do: 'show', event: example.event });
          }}
        >
          <option value={-1}>Examples…</option>
          {EXAMPLES.map(({ title }, index) => (
            <option key={title} value={index}>
              {title}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => picker.current?.click()}>
          Open a file…
        </button>
        <input
          ref={picker}
          type="file"
          hidden
          aria-label="File with events or a configuration"
          onChange={(event) => {
            onFiles(event.currentTarget.files);
            // So that the same file can be opened again.
            event.currentTarget.value = '';
          }}
        />
      </div>
      {file !== undefined && <FileSteps file={file} dispatch={dispatch} />}
      <JsonEditor
        // Each message has its own history, so that to undo never brings another message back.
        key={file === undefined ? '' : `${file.at} ${file.name}`}
        label="Event, as JSON"
        describedBy={FAULTS}
        text={text}
        issues={issues}
        lit={lit}
        onText={onText}
        onPoint={onPoint}
      />
      <div id={FAULTS} class="faults">
        {fault !== undefined && <p class="fault">The event is not JSON: {fault.message}</p>}
        {issues.map(({ path, message }) => (
          <p key={path} class="fault">
            {path === '' ? (
              message
            ) : (
              <>
                <code>{path}</code>: {message}
              </>
            )}
          </p>
        ))}
      </div>
      {holdsSeveral && (
        <p class="offer">
          This text holds several messages.{' '}
          <button type="button" onClick={() => dispatch({ do: 'openText', name: 'the text', text })}>
            Step through them
          </button>
        </p>
      )}
      <p class="hint">
        Paste an event, or drop a file anywhere: JSON lines, arrays, batches, rejected files, up to 10 MB.
      </p>
    </section>
  );
}

/** Whether a text is more than one message: a batch, an array, or JSON lines. */
function isSeveral(text: string, parsed: Parsed): boolean {
  if ('value' in parsed) {
    const { value } = parsed;
    if (!Array.isArray(value) && !(isObject(value) && value.type === undefined)) return false;
    const { messages } = splitMessages(text, 2);
    return (
      messages.length > 0 &&
      !(messages.length === 1 && messages[0]!.at === 'line 1' && messages[0]!.rejected === undefined)
    );
  }
  return splitMessages(text, 2).messages.length > 1;
}
