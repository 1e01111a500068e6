import { useEffect, useState } from 'preact/hooks';

/**
 * Takes files that are dropped anywhere on the page. It listens before the editor does, which would write a file into its text, and before
 * the browser, which would leave the page.
 *
 * @returns whether a file is over the page now
 */
export function useDrop(onFiles: (files: FileList | null) => void): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const listeners = {
      dragover(event: DragEvent): void {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      },
      dragleave(event: DragEvent): void {
        // The page is left when no element of it is entered.
        if (event.relatedTarget === null) setOver(false);
      },
      drop(event: DragEvent): void {
        setOver(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        onFiles(event.dataTransfer!.files);
      },
    };
    const pairs = Object.entries(listeners) as ['drop', (event: DragEvent) => void][];
    for (const [name, listener] of pairs) document.addEventListener(name, listener, true);
    return () => {
      for (const [name, listener] of pairs) document.removeEventListener(name, listener, true);
    };
  }, []);
  return isOver;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}
