import { h, setClass, setText } from '../../dom.ts';
import { badgeLabel } from '../../machine-states.ts';
import { badge } from '../../parts/badge.ts';
import { lifeBar, shareBar } from '../../parts/bars.ts';
import { machineHref } from '../../router.ts';
import type { Machine } from '../../wire.ts';
import { rowModel } from './fleet-model.ts';

export interface FleetRow {
  element: HTMLElement;
  set(machine: Machine, lifeScaleMax: number, nowMs: number): void;
}

/** One machine of the fleet. The whole row is a link to the machine's page. */
export function fleetRow(first: Machine): FleetRow {
  const state = badge(first.state);
  const location = h('span', { class: 'muted', title: `gateway ${first.gateway}` });
  const reason = h('span', { class: 'row-reason' });
  const health = shareBar();
  const remaining = lifeBar();
  const anomaly = shareBar(true);
  const source = h('span', { class: 'row-source' });
  const seen = h('span', { class: 'row-seen' });
  const link = h(
    'a',
    { href: machineHref(first) },
    state.element,
    h('span', { class: 'row-name' }, h('b', { title: first.machine }, first.machine), location),
    h('span', { class: 'row-life' }, h('span', { class: 'cell-label' }, 'Remaining life'), remaining.element),
    h('span', { class: 'row-health' }, h('span', { class: 'cell-label' }, 'Health'), health.element),
    h('span', { class: 'row-anomaly' }, h('span', { class: 'cell-label' }, 'Anomaly'), anomaly.element),
    source,
    seen,
    reason,
  );
  const element = h('li', {}, link);
  return {
    element,
    set(machine, lifeScaleMax, nowMs) {
      const model = rowModel(machine, nowMs);
      state.set(machine.state, badgeLabel(machine, nowMs));
      setClass(element, `row row-${machine.state}`);
      setText(location, model.location);
      setText(reason, model.reason ?? '');
      reason.hidden = model.reason === null;
      health.set(machine.health);
      remaining.set(machine.remainingLife, lifeScaleMax);
      anomaly.set(machine.anomaly);
      setText(source, model.source);
      setText(seen, model.seen);
      setClass(seen, model.isQuiet ? 'row-seen quiet' : 'row-seen');
    },
  };
}
