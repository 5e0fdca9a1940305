import { type Child, h } from '../dom.ts';
import type { Alert } from '../wire.ts';
import { type AlertModel, type AlertOptions, alertModel, type ContributionModel } from './alert-model.ts';
import { alertBadge } from './badge.ts';
import { lifeBar } from './bars.ts';
import { closeButton } from './work/close-dialog.ts';
import { workButtons } from './work/work-dialog.ts';

/** An alert with all that a technician asks about: which machine, how long it has, why, and which judge says so. */
export function alertCard(alert: Alert, options: AlertOptions): HTMLElement {
  const model = alertModel(alert, options);
  return h(
    'article',
    { class: `card alert alert-${model.state}`, 'data-alert': alert.alertId },
    h(
      'header',
      { class: 'alert-head' },
      alertBadge(model),
      h(
        'h3',
        {},
        model.machine && h('a', { class: 'alert-machine', href: model.machine.href }, model.machine.name),
        model.title,
      ),
      h('span', { class: 'alert-times muted' }, [model.times, model.asOf].filter(Boolean).join(' · ')),
    ),
    model.action !== '' && h('p', { class: 'alert-action' }, h('b', {}, 'What to do: '), model.action),
    h(
      'div',
      { class: 'alert-body' },
      h(
        'ul',
        { class: model.isUnknown ? 'reasons muted' : 'reasons' },
        ...model.reasons.map((reason) => h('li', {}, reason)),
      ),
      h('div', { class: 'alert-figures' }, remaining(model), contributionBars(model.contributions)),
    ),
    model.outcome !== '' && h('p', { class: 'alert-action' }, h('b', {}, 'It turned out: '), model.outcome),
    model.work !== '' && h('p', { class: 'alert-action' }, h('b', {}, 'In hand: '), model.work),
    historyOf(model),
    deedsOf(model),
    h(
      'footer',
      { class: 'muted alert-foot' },
      model.origin,
      h('span', { class: 'alert-buttons' }, ...workButtons(alert), closeButton(alert, options.nowMs)),
    ),
  );
}

/** The changes that were told; folded, because the state of now is above. */
function historyOf({ history }: AlertModel): Child {
  if (history.length === 0) return null;
  return h(
    'details',
    { class: 'alert-history' },
    h(
      'summary',
      {},
      history.length === 1 ? 'How it opened' : `How it opened, and ${history.length - 1} later`,
    ),
    h(
      'ol',
      {},
      ...history.map(({ when, text }) => h('li', {}, h('span', { class: 'muted' }, when), ` ${text}`)),
    ),
  );
}

/** Deeds of people about it; folded, because what stands is above. */
function deedsOf({ deeds }: AlertModel): Child {
  if (deeds.length === 0) return null;
  return h(
    'details',
    { class: 'alert-history' },
    h('summary', {}, deeds.length === 1 ? 'What was done' : `What was done, ${deeds.length} entries`),
    h(
      'ol',
      {},
      ...deeds.map(({ when, text }) => h('li', {}, h('span', { class: 'muted' }, when), ` ${text}`)),
    ),
  );
}

/** Draws alerts anew; a history that a reader has opened stays open. */
export function redrawn(container: Element, draw: () => void): void {
  const open = new Set([...container.querySelectorAll('.alert-history[open]')].map((each) => idOf(each)));
  draw();
  for (const each of container.querySelectorAll<HTMLDetailsElement>('.alert-history'))
    if (open.has(idOf(each))) each.open = true;
}

/** An alert has a history of what was told, and one of what was done. */
function idOf(history: Element): string {
  const card = history.closest<HTMLElement>('[data-alert]');
  const index = card ? [...card.querySelectorAll('.alert-history')].indexOf(history) : 0;
  return `${card?.dataset.alert} ${index}`;
}

function remaining({ life }: AlertModel): Child {
  if (life === null) return null;
  const bar = lifeBar();
  bar.set(life.remaining, life.scaleMax);
  return h('div', { class: 'alert-life' }, h('span', { class: 'label' }, 'Remaining life'), bar.element);
}

function contributionBars(contributions: ContributionModel[]): Child {
  if (contributions.length === 0) return null;
  const rows = contributions.map(({ sensor, width, share, value }) => {
    const inner = h('span', { class: 'contribution-fill' });
    inner.style.width = `${width}%`;
    return h(
      'li',
      {},
      h('span', { class: 'contribution-name' }, sensor),
      h('span', { class: 'contribution-track' }, inner),
      h('span', { class: 'contribution-share' }, share),
      h('span', { class: 'contribution-value muted' }, value),
    );
  });
  return h(
    'div',
    {},
    h('span', { class: 'label' }, 'What contributed'),
    h('ul', { class: 'contributions' }, ...rows),
  );
}
