import { h, setText } from '../../dom.ts';
import { badgeLabel } from '../../machine-states.ts';
import { badge } from '../../parts/badge.ts';
import { lifeBar, shareBar } from '../../parts/bars.ts';
import type { Machine } from '../../wire.ts';
import { summaryModel } from './machine-model.ts';

/** The head of a machine's page: its name, type and condition, in large figures. */
export function machineSummary(address: { site: string; machine: string }) {
  const stateBadge = badge('unknown');
  const why = h('p', { class: 'state-reason' });
  const location = h('p', { class: 'muted' }, address.site);
  const remaining = lifeBar();
  const health = shareBar();
  const anomaly = shareBar(true);
  const source = h('b');
  const seen = h('b');
  const figures = h(
    'dl',
    { class: 'figures' },
    figure('Remaining life', remaining.element),
    figure('Health', health.element),
    figure('Anomaly', anomaly.element),
    figure('Source', source),
    figure('Last seen', seen),
  );
  figures.hidden = true;
  let lifeScaleMax = 0;
  return {
    element: h(
      'header',
      { class: 'machine-head' },
      h('p', { class: 'back' }, h('a', { href: '#/' }, '‹ Fleet')),
      h('div', { class: 'machine-title' }, h('h1', {}, address.machine), stateBadge.element),
      why,
      location,
      figures,
    ),
    set(machine: Machine, nowMs: number) {
      const model = summaryModel(machine, nowMs, lifeScaleMax);
      lifeScaleMax = model.lifeScaleMax;
      stateBadge.set(machine.state, badgeLabel(machine, nowMs));
      setText(why, model.why);
      setText(location, model.location);
      remaining.set(machine.remainingLife, lifeScaleMax);
      health.set(machine.health);
      anomaly.set(machine.anomaly);
      setText(source, model.source);
      setText(seen, model.seen);
      figures.hidden = false;
    },
  };
}

function figure(label: string, value: HTMLElement): HTMLElement {
  return h('div', {}, h('dt', { class: 'label' }, label), h('dd', {}, value));
}
