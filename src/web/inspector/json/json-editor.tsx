import {
  cursorDocEnd,
  cursorDocStart,
  cursorPageDown,
  cursorPageUp,
  history,
  historyKeymap,
  insertNewlineKeepIndent,
  selectAll,
  selectDocEnd,
  selectDocStart,
  selectPageDown,
  selectPageUp,
} from '@codemirror/commands';
import { lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Issue } from '../../../core/index.js';
import { editorLook } from './editor-look.js';
import { markOfPath, pathAt, rangeOfPath, type TextRange } from './json-places.js';
import { litRanges, setLitRanges } from './lit-ranges.js';
import { readJson, type ReadJson } from './read-json.js';

interface Props {
  /** What the editor holds, for those who do not see it. */
  readonly label: string;
  /** The element that describes the faults. */
  readonly describedBy: string;
  readonly text: string;
  /** Faults at paths of the text. */
  readonly issues: readonly Issue[];
  /** The paths that light up. */
  readonly lit: readonly string[];
  readonly onText: (text: string) => void;
  /** The pointer or the cursor is on the value of this path; `undefined`: no longer. */
  readonly onPoint: (path: string | undefined) => void;
}

/** An editor for JSON. The Tab key leaves it, as it leaves any field. */
export function JsonEditor({ label, describedBy, text, issues, lit, onText, onPoint }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const read = useMemo(() => readJson(text), [text]);
  /** What the editor's own listeners need of the newest properties. */
  const now = useRef<Now>({ text, read, onText, onPoint });
  now.current = { text, read, onText, onPoint };

  useEffect(() => {
    const created = new EditorView({
      parent: element.current!,
      state: EditorState.create({ doc: text, extensions: extensions(label, describedBy, now) }),
    });
    view.current = created;
    return () => created.destroy();
  }, []);

  useEffect(() => {
    const { state } = view.current!;
    if (state.doc.toString() === text) return;
    view.current!.dispatch({ changes: { from: 0, to: state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const { state } = view.current!;
    view.current!.dispatch(setDiagnostics(state, diagnosticsOf(read, text, issues)));
  }, [read, issues]);

  useEffect(() => {
    const ranges = 'root' in read ? lit.flatMap((path) => rangeOfPath(read.root, path) ?? []) : [];
    view.current!.dispatch({ effects: setLitRanges.of(ranges) });
    showFirst(view.current!, ranges);
  }, [read, lit.join('\n')]);

  return <div class="editor" ref={element} />;
}

interface Now extends Pick<Props, 'text' | 'onText' | 'onPoint'> {
  readonly read: ReadJson;
}

/** The keys that the browser does not handle by itself: an editor shows only a part of a long text to it. */
const KEYS = keymap.of([
  ...lintKeymap,
  ...historyKeymap,
  { key: 'Enter', run: insertNewlineKeepIndent },
  { key: 'Mod-a', run: selectAll },
  { key: 'PageUp', run: cursorPageUp, shift: selectPageUp },
  { key: 'PageDown', run: cursorPageDown, shift: selectPageDown },
  { key: 'Mod-Home', mac: 'Cmd-ArrowUp', run: cursorDocStart, shift: selectDocStart },
  { key: 'Mod-End', mac: 'Cmd-ArrowDown', run: cursorDocEnd, shift: selectDocEnd },
]);

function extensions(label: string, describedBy: string, now: { readonly current: Now }): Extension {
  const pathOf = (at: number): string | undefined => {
    const { read } = now.current;
    return 'root' in read ? pathAt(read.root, at) : undefined;
  };
  return [
    lineNumbers(),
    history(),
    litRanges,
    editorLook,
    KEYS,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-describedby': describedBy }),
    EditorView.updateListener.of(({ docChanged, selectionSet, state, view }) => {
      const text = state.doc.toString();
      if (docChanged && text !== now.current.text) now.current.onText(text);
      else if (selectionSet && view.hasFocus) now.current.onPoint(pathOf(state.selection.main.head));
    }),
    EditorView.domEventHandlers({
      mousemove: ({ clientX, clientY }, view) => {
        const at = view.posAtCoords({ x: clientX, y: clientY });
        now.current.onPoint(at === null ? undefined : pathOf(at));
      },
      mouseleave: () => now.current.onPoint(undefined),
      blur: () => now.current.onPoint(undefined),
    }),
  ];
}

function diagnosticsOf(read: ReadJson, text: string, issues: readonly Issue[]): Diagnostic[] {
  if ('root' in read) {
    return issues.map(({ path, message }) =>
      diagnostic(markOfPath(read.root, path), path === '' ? message : `${path}: ${message}`),
    );
  }
  // At the end of the text there is no character to mark.
  const from = Math.min(read.fault.at, Math.max(text.length - 1, 0));
  return [diagnostic({ from, to: Math.min(from + 1, text.length) }, read.fault.message)];
}

function diagnostic({ from, to }: TextRange, message: string): Diagnostic {
  return { from, to, severity: 'error', message };
}

/** Scrolls the editor, and nothing but the editor, to the first range, unless the pointer or the cursor is in it. */
function showFirst(view: EditorView, [first]: readonly TextRange[]): void {
  const { scrollDOM, dom } = view;
  if (first === undefined || view.hasFocus || dom.matches(':hover')) return;
  const { top, bottom } = view.lineBlockAt(first.from);
  const { scrollTop, clientHeight } = scrollDOM;
  if (top < scrollTop || bottom > scrollTop + clientHeight) scrollDOM.scrollTop = top - clientHeight / 3;
}
