import { api } from '../../api.ts';
import { failureText } from '../../api-failure.ts';
import { fill, h } from '../../dom.ts';
import { decisionList } from '../../parts/decision-list.ts';
import { empty, failure } from '../../parts/empty.ts';
import type { View } from '../../view.ts';
import { DecisionPages, type PageRequest } from './decisions-model.ts';

/** Decisions, the newest first. New ones appear by themselves while only the first page is shown and none is opened. */
export function decisionsView(subject: string | undefined): View {
  const pages = new DecisionPages(subject);
  const content = h('div', { class: 'stack' });
  const problem = h('div');
  const list = decisionList(subject === undefined);
  const older = h(
    'button',
    { type: 'button', class: 'button', on: { click: () => void load('older') } },
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
    problem,
    older,
  );
  let isDisposed = false;

  async function load(kind: PageRequest['kind']): Promise<void> {
    const request = pages.request(kind, performance.now());
    try {
      const page = await api.decisions(request.query);
      if (isDisposed) return;
      const effect = pages.take(request, page);
      if (effect === 'changed') show();
      if (effect !== 'outdated') fill(problem);
    } catch (error) {
      if (!isDisposed && pages.fail(request)) fill(problem, failure(failureText(error)));
    }
  }

  function show(): void {
    older.hidden = !pages.hasOlder;
    list.set(pages.items);
    fill(
      content,
      pages.items.length === 0
        ? empty(
            'No decision yet',
            h('p', {}, 'The first one comes when a machine has reported long enough to be assessed.'),
          )
        : list.element,
    );
  }

  older.hidden = true;
  void load('first');
  return {
    title: 'Decisions',
    element,
    update() {
      const isReading = content.querySelector('details[open]') !== null || document.hidden;
      if (pages.isRefreshDue(performance.now(), isReading)) void load('first');
    },
    dispose() {
      isDisposed = true;
    },
  };
}
