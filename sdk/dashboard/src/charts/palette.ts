/* SPDX-License-Identifier: MIT */
export interface Palette {
  readonly text: string;
  readonly grid: string;
  readonly border: string;
  readonly surface: string;
  readonly accent: string;
  readonly up: string;
  readonly down: string;
  readonly font: string;
}

/** Canvases need plain colours: the page's custom properties as they resolve now. */
export function palette(): Palette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const resolve = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    text: resolve('--text-muted'),
    grid: resolve('--surface-2'),
    border: resolve('--border'),
    surface: resolve('--surface'),
    accent: resolve('--accent'),
    up: resolve('--up'),
    down: resolve('--down'),
    font: getComputedStyle(document.body).fontFamily,
  };
  probe.remove();
  return found;
}

/** "rgb(1, 2, 3)" with an alpha of 0 to 1. */
export function faded(colour: string, alpha: number): string {
  return colour.replace(/^rgba?\(([^,]+,[^,]+,[^,)]+).*$/, `rgba($1, ${alpha})`);
}

/** Calls when the colours may have changed: another theme was chosen, or the system changed its own. */
export function onPalette(listener: () => void): () => void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  system.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', listener);
  };
}
