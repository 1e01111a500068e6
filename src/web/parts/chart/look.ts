import { useEffect, useState } from 'preact/hooks';

/** What charts are drawn for: they are pictures, and styles do not reach into them. */
export interface Look {
  readonly isDark: boolean;
  readonly isPrint: boolean;
}

/** The present look; components that use it are drawn anew when it changes. */
export function useLook(): Look {
  const [look, setLook] = useState(currentLook);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const update = (): void => setLook(currentLook());
    dark.addEventListener('change', update);
    addEventListener('beforeprint', update);
    addEventListener('afterprint', update);
    return () => {
      dark.removeEventListener('change', update);
      removeEventListener('beforeprint', update);
      removeEventListener('afterprint', update);
    };
  }, []);
  return look;
}

function currentLook(): Look {
  const isPrint = document.documentElement.dataset.printing !== undefined;
  return { isPrint, isDark: !isPrint && matchMedia('(prefers-color-scheme: dark)').matches };
}

/**
 * Prepares the page for each printing: light, with all details open. Call it once, before anything is drawn. Styles read `data-printing`, and not
 * only the medium, because they must hold before the charts are drawn anew.
 */
export function preparePrinting(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    document.documentElement.dataset.printing = '';
    opened = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const details of opened) details.open = true;
  });
  addEventListener('afterprint', () => {
    delete document.documentElement.dataset.printing;
    for (const details of opened) details.open = false;
  });
}
