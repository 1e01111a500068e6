import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import type { TextRange } from './json-places.js';

/** Marks these ranges of the text, and no others. */
export const setLitRanges = StateEffect.define<readonly TextRange[]>();

const mark = Decoration.mark({ class: 'cm-lit' });

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { changes, effects }) {
    const effect = effects.findLast((candidate) => candidate.is(setLitRanges));
    if (effect === undefined) return marks.map(changes);
    const ranges = effect.value.filter(({ from, to }) => from < to);
    return Decoration.set(
      ranges.map(({ from, to }) => mark.range(from, to)),
      true,
    );
  },
  provide: (self) => EditorView.decorations.from(self),
});

/** Parts of the text that light up. */
export const litRanges: Extension = field;
