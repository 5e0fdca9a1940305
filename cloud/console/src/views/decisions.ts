import { ApiFailure, api } from '../api.ts';
import { fill, h } from '../dom.ts';
import { empty, failure } from '../parts/empty.ts';
import type { View } from '../view.ts';
import type { StoredDecision } from '../wire.ts';
import { decisionList } from './decision-item.ts';

const refreshMs = 10_000;
const pageSize = 50;

/** Newest first; new ones come in by themselves while the first page is shown and nothing is opened. */
export function decisionsView(subject: string | undefined): View {
  const content = h('div', { class: 'stack' });
  const older = h(
    'button',
    { type: 'button', class: 'button', on: { click: () => void load(true) } },
    'Older decisions',
  );
  const element = h(
    'div',
    { class: 'view' },
    h('h1', {}, subject === undefined ? 'Decisions' : `Decisions on ${subject}`),
    h(
      'p',
      { class: 'muted lead' },
      'Everything Harbinger decided by itself: what from, why, and by which policy. “Fallback” means that rules decided because the active policy could not.',
    ),
    subject !== undefined && h('p', {}, h('a', { href: '#/decisions' }, 'Decisions on all machines')),
    content,
    older,
  );
  let items: StoredDecision[] = [];
  let next: string | null = null;
  let pages = 0;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let gone = false;

  async function load(more: boolean): Promise<void> {
    loadedAt = performance.now();
    try {
      const before = more ? (next ?? undefined) : undefined;
      const page = await api.decisions({ subject, limit: pageSize, before });
      if (gone) return;
      const unchanged = !more && pages === 1 && page.items[0]?.decisionId === items[0]?.decisionId;
      items = more ? [...items, ...page.items] : page.items;
      next = page.next;
      pages = more ? pages + 1 : 1;
      if (!unchanged) show();
    } catch (error) {
      if (!gone && pages === 0)
        fill(content, failure(error instanceof ApiFailure ? error.message : String(error)));
    }
  }

  function show(): void {
    older.hidden = next === null;
    fill(
      content,
      items.length === 0
        ? empty(
            'No decision yet',
            h('p', {}, 'The first one comes when a machine has reported long enough to be assessed.'),
          )
        : decisionList(items, subject === undefined),
    );
  }

  older.hidden = true;
  void load(false);
  return {
    title: 'Decisions',
    element,
    update() {
      const reading = pages > 1 || content.querySelector('details[open]') !== null || document.hidden;
      if (!reading && performance.now() - loadedAt > refreshMs) void load(false);
    },
    dispose() {
      gone = true;
    },
  };
}
