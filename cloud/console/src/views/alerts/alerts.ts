import { alertSaid } from '../../../../../shared/contract/alert-content.ts';
import { api } from '../../api.ts';
import { failureText } from '../../api-failure.ts';
import { fill, h, keyedList, setText } from '../../dom.ts';
import { words } from '../../format.ts';
import { alertCard, redrawn } from '../../parts/alert-card.ts';
import { alertsDue, alertTimes, bySeverity, placeName } from '../../parts/alert-model.ts';
import { empty, failure } from '../../parts/empty.ts';
import { refresher } from '../../refresher.ts';
import type { View, ViewContext } from '../../view.ts';
import type { Alert } from '../../wire.ts';
import { machinesText, resolvedQuery, resolvedTitle } from './alerts-model.ts';

/** Open alerts in full, critical first; resolved ones folded. */
export function alertsView({ state }: ViewContext): View {
  const problem = h('div');
  const open = h('div', { class: 'stack' });
  const heading = h('h2');
  const resolved = h('div', { class: 'stack' });
  const showResolved = keyedList<Alert>(resolved, {
    keyOf: ({ alertId, updatedAt }) => `${alertId} ${updatedAt}`,
    make: (alert) => folded(alert, state.nowMs()),
  });
  const element = h('div', { class: 'view' }, h('h1', {}, 'Alerts'), problem, open, heading, resolved);
  const refreshResolved = refresher(loadResolved);
  let shownFor = '';
  let isDisposed = false;

  async function loadResolved(): Promise<void> {
    try {
      const { alerts, total } = await api.alerts(resolvedQuery);
      if (isDisposed) return;
      setText(heading, resolvedTitle(total, alerts.length));
      showResolved(alerts);
      fill(problem);
    } catch (error) {
      if (!isDisposed) fill(problem, failure(failureText(error)));
      throw error;
    }
  }

  function showOpen(): void {
    const alerts = state.openAlerts().sort(bySeverity);
    if (alerts.length > 0) {
      redrawn(open, () =>
        fill(
          open,
          ...alerts.map((alert) =>
            alertCard(alert, { nowMs: state.nowMs(), withMachine: true, machine: state.machineOf(alert) }),
          ),
        ),
      );
    } else if (state.heardMs !== null) {
      fill(open, empty('No open alert', h('p', {}, machinesText(state.machines.size))));
    }
  }

  function update(): void {
    refreshResolved(state.alertRevision);
    const due = alertsDue(state.alertContentRevision, state.nowMs());
    if (due !== shownFor) showOpen();
    shownFor = due;
  }

  update();
  return {
    title: 'Alerts',
    element,
    update,
    dispose() {
      isDisposed = true;
    },
  };
}

function folded(alert: Alert, nowMs: number): HTMLElement {
  return h(
    'details',
    { class: 'past' },
    h(
      'summary',
      {},
      h('b', {}, placeName(alert)),
      ` ${words(alertSaid(alert).what)} `,
      h('span', { class: 'muted' }, alertTimes(alert, nowMs)),
    ),
    alertCard(alert, { nowMs, withMachine: true }),
  );
}
