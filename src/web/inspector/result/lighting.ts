import { isLit } from '../places.js';
import type { Place } from '../highlight.js';

/** What lights up now, and how to change it. */
export interface Lighting {
  readonly lit: readonly Place[];
  /** Lights a place and all that belong to it. */
  readonly light: (place: Place) => void;
  readonly dim: () => void;
}

/** The attributes of an element that lights its place by hover and focus, and is lit with it. */
export function litBy(place: Place, { lit, light, dim }: Lighting) {
  return {
    class: isLit(lit, place) ? 'lit' : undefined,
    onMouseEnter: () => light(place),
    onMouseLeave: dim,
    onFocus: () => light(place),
    onBlur: dim,
  };
}
