import { useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { isObject } from '../../core/index.js';
import { jsonText } from './examples/examples.js';
import { FileError, readFile } from './files/read-file.js';
import { useDrop } from './files/use-drop.js';
import type { Place } from './highlight.js';
import { Input } from './input/input.js';
import { inspect } from './inspection.js';
import { placesOf } from './places.js';
import { CopyNote } from './result/copying.js';
import { Result } from './result/result.js';
import { useLink } from './share/use-link.js';
import { reduce, type State } from './state.js';

interface Props {
  readonly beginning: State;
}

/** The inspector: the input at the left, what becomes of it at the right. */
export function App({ beginning }: Props) {
  const [state, dispatch] = useReducer(reduce, beginning);
  const [lit, setLit] = useState<readonly Place[]>([]);
  const { input, notice } = state;
  const inspection = useMemo(() => inspect(input), [input]);
  const copyLink = useLink(inspection, dispatch);
  const result = useRef<HTMLDivElement>(null);

  /** Lights up a place and all that belongs to it. The pointer asks with each of its moves. */
  const pointed = useRef<string | undefined>(undefined);
  const point = (place: Place | undefined): void => {
    const name = place && `${place.in} ${place.path}`;
    if (name === pointed.current) return;
    pointed.current = name;
    const { explanation, config } = inspection;
    if (place === undefined) setLit([]);
    else if (explanation === undefined || !('value' in config)) setLit([place]);
    else setLit(placesOf(explanation, place, isObject(config.value) ? config.value : {}));
  };

  const onFiles = (files: FileList | null): void => {
    const [file] = files ?? [];
    if (file === undefined) return;
    readFile(file).then(
      (text) => dispatch({ do: 'openText', name: file.name, text }),
      (thrown: unknown) => {
        const text = thrown instanceof FileError ? thrown.message : `${file.name} cannot be read.`;
        dispatch({ do: 'say', notice: { kind: 'fault', text } });
      },
    );
  };
  const isOver = useDrop(onFiles);

  return (
    <div class={isOver ? 'frame over' : 'frame'}>
      <a
        class="skip"
        href="#result"
        onClick={(event) => {
          // The fragment of the address belongs to links.
          event.preventDefault();
          result.current?.focus();
        }}
      >
        Skip to the result
      </a>
      <header class="page-head">
        <h1>Gainsight PX inspector</h1>
        <p>See what happens to an event. Nothing leaves this browser, and no key is needed.</p>
        <button type="button" onClick={() => void copyLink()}>
          Copy link
        </button>
      </header>
      <p class={`notice ${notice?.kind ?? ''}`} role="status">
        {notice !== undefined && (
          <>
            {notice.text}{' '}
            <button
              type="button"
              aria-label="Close this notice"
              onClick={() => dispatch({ do: 'say', notice: undefined })}
            >
              ×
            </button>
          </>
        )}
      </p>
      {notice?.byHand !== undefined && <CopyNote copied={notice.byHand} />}
      <main class="columns">
        <div class="column">
          <Input
            state={state}
            inspection={inspection}
            lit={lit}
            onPoint={point}
            dispatch={dispatch}
            onFiles={onFiles}
          />
        </div>
        <div class="column" id="result" tabIndex={-1} ref={result}>
          <Result
            input={input}
            inspection={inspection}
            lit={lit}
            onLight={setLit}
            onConfig={(config) =>
              dispatch({ do: 'write', input: { ...input, configText: jsonText(config) } })
            }
          />
        </div>
      </main>
      {isOver && (
        <div class="drop" aria-hidden="true">
          Drop the file to open it
        </div>
      )}
    </div>
  );
}
