import { ApiFailure, api, type MachineAddress } from '../api.ts';
import { fill, h } from '../dom.ts';
import { alertCard } from '../parts/alert-card.ts';
import { empty, failure } from '../parts/empty.ts';
import { refresher } from '../refresher.ts';
import { keyOf } from '../urgency.ts';
import type { View, ViewContext } from '../view.ts';
import type { Alert, MachineDetail, MachineType, StoredDecision } from '../wire.ts';
import { decisionList } from './decision-item.ts';
import { machineCharts, type Subject } from './machine-charts.ts';
import { machineSummary } from './machine-summary.ts';

/** One machine: how it is, its alerts, its charts, what was decided about it. */
export function machineView({ state }: ViewContext, address: MachineAddress): View {
  const summary = machineSummary(address);
  const problem = h('div');
  const alerts = h('div', { class: 'stack' });
  const decisions = h('div');
  const charts = machineCharts(subject);
  const body = h(
    'div',
    { class: 'stack' },
    alerts,
    charts.element,
    h('section', {}, h('h2', {}, 'Decisions'), decisions),
  );
  const element = h('div', { class: 'view' }, summary.element, problem, body);
  let detail: MachineDetail | null = null;
  let gone = false;
  const refreshFor = refresher(refresh);

  function subject(): Subject | null {
    if (!detail) return null;
    const machine = state.machines.get(keyOf(detail.machine)) ?? detail.machine;
    return { machine, type: detail.type };
  }

  async function refresh(): Promise<void> {
    const subjectName = `${address.site}/${address.machine}`;
    try {
      const [found, page] = await Promise.all([
        api.machine(address),
        api.decisions({ subject: subjectName, limit: 20 }),
      ]);
      if (gone) return;
      const first = detail === null;
      detail = found;
      body.hidden = false;
      fill(problem);
      showAlerts(alerts, found.alerts, found.type, state.nowMs());
      showDecisions(decisions, page.items, page.next !== null ? subjectName : null);
      if (first) void charts.refresh();
      update();
    } catch (error) {
      if (!gone) showProblem(error);
      throw error;
    }
  }

  function showProblem(error: unknown): void {
    if (error instanceof ApiFailure && error.status === 404) {
      const all = h('p', {}, h('a', { href: '#/' }, 'See all machines'));
      fill(problem, empty('This machine has not reported', all));
    } else fill(problem, failure(error instanceof ApiFailure ? error.message : String(error)));
  }

  function update(): void {
    const about = subject();
    if (about) summary.set(about.machine, state.nowMs());
    charts.update();
    refreshFor(state.alertRevision);
  }

  body.hidden = true;
  update();
  return {
    title: address.machine,
    element,
    update,
    dispose() {
      gone = true;
      charts.dispose();
    },
  };
}

function showAlerts(place: HTMLElement, alerts: Alert[], type: MachineType | null, nowMs: number): void {
  const card = (alert: Alert) => alertCard(alert, { nowMs, withMachine: false, type });
  const open = alerts.filter((alert) => alert.state === 'open');
  const resolved = alerts.filter((alert) => alert.state === 'resolved');
  const past = h(
    'details',
    { class: 'past' },
    h('summary', {}, resolved.length === 1 ? 'One resolved alert' : `${resolved.length} resolved alerts`),
    ...resolved.map(card),
  );
  fill(place, ...open.map(card), resolved.length > 0 && past);
}

/** `moreOf`: whose further decisions a link leads to; null where these are all. */
function showDecisions(place: HTMLElement, items: StoredDecision[], moreOf: string | null): void {
  if (items.length === 0)
    return fill(place, h('p', { class: 'muted' }, 'No decision about this machine yet.'));
  const href = `#/decisions?subject=${encodeURIComponent(moreOf ?? '')}`;
  fill(
    place,
    decisionList(items, false),
    moreOf !== null && h('p', {}, h('a', { href }, 'All its decisions')),
  );
}
