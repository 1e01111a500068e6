import {
  Decoration,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';

const TOKENS = {
  name: Decoration.mark({ class: 'cm-name' }),
  string: Decoration.mark({ class: 'cm-string' }),
  other: Decoration.mark({ class: 'cm-other' }),
};

/** Names, texts, and other values. A text ends with its line, so each line can be read by itself. */
const decorator = new MatchDecorator({
  regexp: /("(?:[^"\\]|\\.)*"?)(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g,
  decoration: ([, text, colon]) =>
    text === undefined ? TOKENS.other : colon === undefined ? TOKENS.string : TOKENS.name,
});

const colors = ViewPlugin.define<{ marks: DecorationSet; update: (update: ViewUpdate) => void }>(
  (view) => ({
    marks: decorator.createDeco(view),
    update(update) {
      this.marks = decorator.updateDeco(update, this.marks);
    },
  }),
  { decorations: ({ marks }) => marks },
);

/** All colours come from the style of the page, so that the editor follows its light and dark scheme. */
export const editorLook = [
  colors,
  EditorView.theme({
    '&': { color: 'var(--text)', backgroundColor: 'var(--ground)', fontSize: '13px' },
    '&.cm-focused': { outline: '2px solid var(--accent)' },
    '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
    '.cm-content': { caretColor: 'var(--text)', padding: '6px 0' },
    '.cm-content ::selection': { backgroundColor: 'var(--selected)' },
    '.cm-gutters': { backgroundColor: 'var(--raised)', color: 'var(--soft)', border: 'none' },
    '.cm-lit': { backgroundColor: 'var(--lit)', borderRadius: '2px', boxShadow: '0 0 0 1px var(--lit-edge)' },
    '.cm-name': { color: 'var(--name)' },
    '.cm-string': { color: 'var(--string)' },
    '.cm-other': { color: 'var(--number)' },
    '.cm-lintRange-error': {
      backgroundImage: 'none',
      textDecoration: 'underline wavy var(--bad)',
      textUnderlineOffset: '3px',
    },
    '.cm-tooltip': {
      backgroundColor: 'var(--raised)',
      color: 'var(--text)',
      border: '1px solid var(--line)',
    },
    '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  }),
];
