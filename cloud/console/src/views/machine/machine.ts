/**
 * One machine (cloud/console/src/views/machine): its figures, alerts, decisions, and charts over a chosen span. The
 * models decide what is shown and when it is fetched; the other files only draw.
 */
import { api } from '../../api.ts';
import { arrange, fill, h, keyedList, setText } from '../../dom.ts';
import { alertCard, redrawn } from '../../parts/alert-card.ts';
import { alertsDue } from '../../parts/alert-model.ts';
import { decisionList } from '../../parts/decision-list.ts';
import { empty, failure } from '../../parts/empty.ts';
import { refresher } from '../../refresher.ts';
import type { State } from '../../state.ts';
import type { View, ViewContext } from '../../view.ts';
import type {
  Alert,
  Machine,
  MachineAddress,
  MachineDetail,
  MachineType,
  StoredDecision,
} from '../../wire.ts';
import { machineCharts } from './machine-charts.ts';
import {
  allDecisionsHref,
  decisionsMax,
  machineAlerts,
  machineProblem,
  subjectOf,
  unknownTypeText,
} from './machine-model.ts';
import { machineSummary } from './machine-summary.ts';

/** One machine: how it is, its alerts, its charts, and the decisions about it. */
export function machineView({ state }: ViewContext, address: MachineAddress): View {
  const summary = machineSummary(address);
  const problem = h('div');
  const typeNote = h('p', { class: 'muted type-note' });
  typeNote.hidden = true;
  const alerts = alertSection(() => state.nowMs());
  const decisions = h('div');
  const list = decisionList(false);
  const charts = machineCharts(subject);
  const body = h(
    'div',
    { class: 'stack' },
    alerts.element,
    charts.element,
    h('section', {}, h('h2', {}, 'Decisions'), decisions),
  );
  const element = h('div', { class: 'view' }, summary.element, problem, typeNote, body);
  let detail: MachineDetail | null = null;
  let shownAlertsFor = '';
  let isDisposed = false;
  const refreshFor = refresher(refresh);

  function subject() {
    return subjectOf(detail, state.machines);
  }

  async function refresh(): Promise<void> {
    const subjectName = `${address.site}/${address.machine}`;
    try {
      const [found, page] = await Promise.all([
        api.machine(address),
        api.decisions({ subject: subjectName, limit: decisionsMax }),
      ]);
      if (isDisposed) return;
      const isFirst = detail === null;
      detail = found;
      shownAlertsFor = '';
      body.hidden = false;
      fill(problem);
      showDecisions(page.items, allDecisionsHref(subjectName, page.next));
      if (isFirst) void charts.refresh();
      update();
    } catch (error) {
      if (!isDisposed) showProblem(error);
      throw error;
    }
  }

  function showProblem(error: unknown): void {
    const shown = machineProblem(error);
    if (shown.kind === 'failure') return fill(problem, failure(shown.text));
    const all = h('p', {}, h('a', { href: '#/' }, 'See all machines'));
    fill(problem, empty('This machine has not reported', all));
  }

  function showDecisions(items: StoredDecision[], allHref: string | null): void {
    if (items.length === 0) {
      return fill(decisions, h('p', { class: 'muted' }, 'No decision about this machine yet.'));
    }
    list.set(items);
    fill(
      decisions,
      list.element,
      allHref !== null && h('p', {}, h('a', { href: allHref }, 'All its decisions')),
    );
  }

  function update(): void {
    const current = subject();
    if (current) {
      summary.set(current.machine, state.nowMs());
      const text = unknownTypeText(current);
      typeNote.hidden = text === null;
      setText(typeNote, text ?? '');
    }
    const due = alertsDue(state.alertContentRevision, state.nowMs());
    if (detail && due !== shownAlertsFor) {
      alerts.set(detail, state);
      shownAlertsFor = due;
    }
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
      isDisposed = true;
      charts.dispose();
    },
  };
}

/** Open alerts in full, resolved ones folded. A fold that was opened stays open. */
function alertSection(nowMs: () => number) {
  const element = h('div', { class: 'stack' });
  const title = h('summary');
  const cards = h('div', { class: 'past-alerts' });
  const past = h('details', { class: 'past' }, title, cards);
  let type: MachineType | null = null;
  const card = (alert: Alert, machine?: Machine) =>
    alertCard(alert, { nowMs: nowMs(), withMachine: false, type, machine });
  const showResolved = keyedList<Alert>(cards, {
    keyOf: ({ alertId, updatedAt }) => `${alertId} ${updatedAt}`,
    make: (alert) => card(alert),
  });
  return {
    element,
    set(detail: MachineDetail, live: Pick<State, 'alerts' | 'machineOf'>) {
      type = detail.type;
      const { open, resolved, resolvedTitle } = machineAlerts(detail.alerts);
      setText(title, resolvedTitle);
      showResolved(resolved);
      const cards = open.map((alert) => {
        // The live stream has it as it is now; an answer of the API already has the figures of its machine.
        const known = live.alerts.get(alert.alertId);
        return known ? card(known, live.machineOf(known)) : card(alert);
      });
      redrawn(element, () => arrange(element, [...cards, ...(resolved.length > 0 ? [past] : [])]));
    },
  };
}
