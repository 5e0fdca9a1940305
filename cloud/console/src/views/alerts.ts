import { ApiFailure, api } from '../api.ts';
import { fill, h, setText } from '../dom.ts';
import { words } from '../format.ts';
import { alertCard, alertTimes } from '../parts/alert-card.ts';
import { empty, failure } from '../parts/empty.ts';
import { refresher } from '../refresher.ts';
import type { View, ViewContext } from '../view.ts';
import type { Alert } from '../wire.ts';

const resolvedMax = 50;

/** Open alerts in full, critical first; resolved ones folded. */
export function alertsView({ state }: ViewContext): View {
  const problem = h('div');
  const open = h('div', { class: 'stack' });
  const resolvedTitle = h('h2');
  const resolved = h('div', { class: 'stack' });
  const element = h('div', { class: 'view' }, h('h1', {}, 'Alerts'), problem, open, resolvedTitle, resolved);
  const refreshResolved = refresher(loadResolved);
  let shown = '';
  let gone = false;

  async function loadResolved(): Promise<void> {
    try {
      const { alerts, total } = await api.alerts({ state: 'resolved', limit: resolvedMax });
      if (gone) return;
      setText(resolvedTitle, total === 0 ? '' : `Resolved (${total})`);
      fill(resolved, ...alerts.map((alert) => folded(alert, state.nowMs())));
      fill(problem);
    } catch (error) {
      if (!gone) fill(problem, failure(error instanceof ApiFailure ? error.message : String(error)));
      throw error;
    }
  }

  function showOpen(): void {
    const alerts = state.openAlerts().sort(bySeverity);
    if (alerts.length > 0) {
      fill(open, ...alerts.map((alert) => alertCard(alert, { nowMs: state.nowMs(), withMachine: true })));
    } else if (state.heardMs !== null) {
      fill(open, empty('No open alert', h('p', {}, machinesText(state.machines.size))));
    }
  }

  function update(): void {
    refreshResolved(state.alertRevision);
    // Again every minute, for the ages.
    const due = `${state.alertRevision} ${Math.floor(state.nowMs() / 60_000)}`;
    if (due !== shown) showOpen();
    shown = due;
  }

  update();
  return {
    title: 'Alerts',
    element,
    update,
    dispose() {
      gone = true;
    },
  };
}

/** No alert means little where nothing is watched. */
function machinesText(count: number): string {
  if (count === 0) return 'No machine has reported yet.';
  return count === 1 ? 'One machine has reported.' : `${count} machines have reported.`;
}

function bySeverity(a: Alert, b: Alert): number {
  return (
    Number(a.prediction.severity === 'warning') - Number(b.prediction.severity === 'warning') ||
    b.updatedAt.localeCompare(a.updatedAt)
  );
}

function folded(alert: Alert, nowMs: number): HTMLElement {
  const { site, machine, failureMode } = alert.prediction;
  return h(
    'details',
    { class: 'past' },
    h(
      'summary',
      {},
      h('b', {}, `${site} / ${machine}`),
      ` ${words(failureMode)} `,
      h('span', { class: 'muted' }, alertTimes(alert, nowMs)),
    ),
    alertCard(alert, { nowMs, withMachine: true }),
  );
}
