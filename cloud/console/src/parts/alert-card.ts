import { type Child, h } from '../dom.ts';
import { age, dateTime, duration, niceCeiling, number, percent, unit, words } from '../format.ts';
import { machineHref } from '../router.ts';
import type { Alert, Contribution, MachineType } from '../wire.ts';
import { alertBadge } from './badge.ts';
import { lifeBar } from './bars.ts';

export interface AlertCardOptions {
  nowMs: number;
  /** Whether to name the machine: not on its own page. */
  withMachine: boolean;
  /** For the units of contributing sensors. */
  type?: MachineType | null;
}

/** An alert with everything a technician asks: which machine, how long it has, why, and who says so. */
export function alertCard(alert: Alert, options: AlertCardOptions): HTMLElement {
  const { prediction } = alert;
  return h(
    'article',
    { class: `card alert alert-${alert.state === 'open' ? prediction.severity : 'resolved'}` },
    h(
      'header',
      { class: 'alert-head' },
      alertBadge(alert),
      h('h3', {}, options.withMachine && machineLink(alert), words(prediction.failureMode)),
      h('span', { class: 'alert-times muted' }, alertTimes(alert, options.nowMs)),
    ),
    h(
      'div',
      { class: 'alert-body' },
      h('ul', { class: 'reasons' }, ...prediction.reasons.map((reason) => h('li', {}, reason))),
      h(
        'div',
        { class: 'alert-figures' },
        remaining(alert),
        ...contributionBars(prediction.contributions, options.type),
      ),
    ),
    h('footer', { class: 'muted alert-foot' }, ...origin(alert)),
  );
}

function machineLink(alert: Alert): Child {
  const { site, machine } = alert.prediction;
  return h(
    'a',
    { class: 'alert-machine', href: machineHref({ gateway: alert.gateway, site, machine }) },
    `${site} / ${machine}`,
  );
}

export function alertTimes(alert: Alert, nowMs: number): string {
  const openedMs = Date.parse(alert.openedAt);
  if (alert.resolvedAt === null) return `since ${dateTime(openedMs)} · ${age(nowMs - openedMs)}`;
  const resolvedMs = Date.parse(alert.resolvedAt);
  return `resolved ${dateTime(resolvedMs)} · was open ${duration(resolvedMs - openedMs)}`;
}

function remaining(alert: Alert): Child {
  const { remainingLife } = alert.prediction;
  if (remainingLife === null) return null;
  const bar = lifeBar();
  bar.set(remainingLife, niceCeiling(remainingLife.p90));
  return h('div', { class: 'alert-life' }, h('span', { class: 'label' }, 'Remaining life'), bar.element);
}

/** Which sensors made the estimate, largest share first. */
export function contributionBars(contributions: Contribution[], type?: MachineType | null): HTMLElement[] {
  if (contributions.length === 0) return [];
  const largest = Math.max(...contributions.map(({ share }) => share), 0.01);
  const rows = contributions.map(({ sensor, share, value }) => {
    const inner = h('span', { class: 'contribution-fill' });
    inner.style.width = `${(share / largest) * 100}%`;
    const sensorUnit = unit(type?.sensors.find(({ name }) => name === sensor)?.unit);
    return h(
      'li',
      {},
      h('span', { class: 'contribution-name' }, sensor),
      h('span', { class: 'contribution-track' }, inner),
      h('span', { class: 'contribution-share' }, percent(share)),
      h(
        'span',
        { class: 'contribution-value muted' },
        value === null ? '' : `${number(value)} ${sensorUnit}`,
      ),
    );
  });
  return [
    h(
      'div',
      {},
      h('span', { class: 'label' }, 'What contributed'),
      h('ul', { class: 'contributions' }, ...rows),
    ),
  ];
}

function origin(alert: Alert): Child[] {
  const { prediction } = alert;
  const by =
    prediction.source === 'model' && prediction.model
      ? `Model ${prediction.model.name} ${prediction.model.version}`
      : prediction.detector
        ? 'Self-learned: this machine’s own past, without a model'
        : 'Rules, without a model';
  return [
    `${by} · confidence ${percent(prediction.confidence)} · health ${percent(prediction.health)} · anomaly ${percent(prediction.anomaly)} · gateway ${alert.gateway}`,
  ];
}
