import { h, setClass, setText } from '../dom.ts';
import { age, judges, words } from '../format.ts';
import { badge } from '../parts/badge.ts';
import { lifeBar, shareBar } from '../parts/bars.ts';
import { machineHref } from '../router.ts';
import type { Machine } from '../wire.ts';

export interface FleetRow {
  element: HTMLElement;
  set(machine: Machine, lifeScaleMax: number): void;
  /** Called every second. */
  setAge(nowMs: number): void;
}

/** Silent for longer than this is worth a look: most machines report every few seconds. */
const quietMs = 5 * 60_000;

/** One machine: the whole row is a link to its page. */
export function fleetRow(first: Machine): FleetRow {
  const urgency = badge(first.urgency);
  const reason = h('span', { class: 'row-reason' });
  const health = shareBar();
  const remaining = lifeBar();
  const anomaly = shareBar(true);
  const source = h('span', { class: 'row-source' });
  const seen = h('span', { class: 'row-seen' });
  const link = h(
    'a',
    { href: machineHref(first) },
    urgency.element,
    h(
      'span',
      { class: 'row-name' },
      h('b', { title: first.machine }, first.machine),
      h(
        'span',
        { class: 'muted', title: `gateway ${first.gateway}` },
        `${first.site} · ${words(first.machineType)}`,
      ),
    ),
    h('span', { class: 'row-life' }, h('span', { class: 'cell-label' }, 'Remaining life'), remaining.element),
    h('span', { class: 'row-health' }, h('span', { class: 'cell-label' }, 'Health'), health.element),
    h('span', { class: 'row-anomaly' }, h('span', { class: 'cell-label' }, 'Anomaly'), anomaly.element),
    source,
    seen,
    reason,
  );
  const element = h('li', {}, link);
  let lastSeenMs = first.lastSeenMs;
  return {
    element,
    set(machine, lifeScaleMax) {
      lastSeenMs = machine.lastSeenMs;
      urgency.set(machine.urgency);
      setClass(element, `row row-${machine.urgency}`);
      setText(reason, machine.reason ?? '');
      reason.hidden = machine.reason === null;
      health.set(machine.health);
      remaining.set(machine.remainingLife, lifeScaleMax);
      anomaly.set(machine.anomaly);
      setText(source, machine.source === null ? '–' : judges[machine.source]);
      setClass(
        source,
        machine.source === 'model' || machine.source === null ? 'row-source' : 'row-source source-rules',
      );
    },
    setAge(nowMs) {
      const ageMs = nowMs - lastSeenMs;
      setText(seen, age(ageMs));
      setClass(seen, ageMs > quietMs ? 'row-seen quiet' : 'row-seen');
    },
  };
}
