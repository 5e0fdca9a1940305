import { h, setText } from '../dom.ts';
import { age, judges, niceCeiling, words } from '../format.ts';
import { badge } from '../parts/badge.ts';
import { lifeBar, shareBar } from '../parts/bars.ts';
import type { Machine } from '../wire.ts';

/** The head of a machine's page: what it is and how it is, in figures that can be read from across the room. */
export function machineSummary(address: { site: string; machine: string }) {
  const urgency = badge('unknown');
  const kind = h('p', { class: 'muted' }, address.site);
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
  let scaleMax = 0;
  return {
    element: h(
      'header',
      { class: 'machine-head' },
      h('p', { class: 'back' }, h('a', { href: '#/' }, '‹ Fleet')),
      h('div', { class: 'machine-title' }, h('h1', {}, address.machine), urgency.element),
      kind,
      figures,
    ),
    set(machine: Machine, nowMs: number) {
      // The scale only grows while the page is open, or the bar would stand still while life runs out.
      scaleMax = Math.max(scaleMax, niceCeiling(machine.remainingLife?.p90 ?? 0));
      urgency.set(machine.urgency);
      setText(kind, `${machine.site} · ${words(machine.machineType)} · gateway ${machine.gateway}`);
      remaining.set(machine.remainingLife, scaleMax);
      health.set(machine.health);
      anomaly.set(machine.anomaly);
      setText(source, machine.source === null ? '–' : judges[machine.source]);
      setText(seen, age(nowMs - machine.lastSeenMs));
      figures.hidden = false;
    },
  };
}

function figure(label: string, value: HTMLElement): HTMLElement {
  return h('div', {}, h('dt', { class: 'label' }, label), h('dd', {}, value));
}
