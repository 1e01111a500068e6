import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Moves the focus to an element that exists only after the next rendering, such as a row that was added.
 *
 * @returns a function that takes the id of the element
 */
export function useFocusAfterRender(): (id: string) => void {
  const next = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    if (next.current === undefined) return;
    document.getElementById(next.current)?.focus();
    next.current = undefined;
  });
  return (id) => {
    next.current = id;
  };
}
