/* SPDX-License-Identifier: MIT */
import { useRef, type KeyboardEvent } from 'react';
import { SECTIONS, type Section } from './sections.ts';

interface Props {
  open: Section;
  onOpen(section: Section): void;
}

const STEPS: Record<string, (at: number, last: number) => number> = {
  ArrowRight: (at, last) => (at === last ? 0 : at + 1),
  ArrowLeft: (at, last) => (at === 0 ? last : at - 1),
  Home: () => 0,
  End: (_at, last) => last,
};

/** The sections as tabs (WAI-ARIA: one stop for Tab, the arrow keys move between them). */
export function Tabs({ open, onOpen }: Props) {
  const list = useRef<HTMLDivElement>(null);

  const onKeyDown = (event: KeyboardEvent) => {
    const at = SECTIONS.findIndex(([id]) => id === open);
    const next = STEPS[event.key]?.(at, SECTIONS.length - 1);
    const section = next === undefined ? undefined : SECTIONS[next]?.[0];
    if (section === undefined) return;
    event.preventDefault();
    onOpen(section);
    list.current?.querySelector<HTMLElement>(`#admin-tab-${section}`)?.focus();
  };

  return (
    <div ref={list} className="tabs admin-tabs" role="tablist" aria-label="Sections">
      {SECTIONS.map(([id, name]) => (
        <button
          key={id}
          id={`admin-tab-${id}`}
          type="button"
          role="tab"
          aria-selected={id === open}
          aria-controls="admin-panel"
          tabIndex={id === open ? 0 : -1}
          onClick={() => onOpen(id)}
          onKeyDown={onKeyDown}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
