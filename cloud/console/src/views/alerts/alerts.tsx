/**
 * The alerts (cloud/console/src/views/alerts): open ones by severity, with filters in the address and what can be done about several at once;
 * the latest that have ended. An alert itself is drawn in ../../parts.
 */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { alertSaid } from '../../../../../shared/contract/alert-content.ts';
import { parameters, setParameters } from '../../address/address.ts';
import { api } from '../../api/api.ts';
import { follow } from '../../beat.ts';
import { words as named } from '../../format.ts';
import { useLoaded } from '../../loaded.ts';
import { AlertCard } from '../../parts/alert-card.tsx';
import { alertTimes, placeName } from '../../parts/alert-model.ts';
import { Empty, Failure } from '../../parts/layout/empty.tsx';
import { WorkButtons } from '../../parts/work/work-dialog.tsx';
import type { State } from '../../state.ts';
import type { Alert } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { AlertFilters } from './alert-filters.tsx';
import {
  filterIn,
  isFiltered,
  machinesText,
  matching,
  pageSize,
  resolvedQuery,
  resolvedTitle,
} from './alerts-model.ts';

/** Open alerts in full, critical first, and what can be done about several at once; resolved ones folded. */
export function AlertsView({ state }: { state: State }): VNode {
  const nowMs = follow(state);
  const words = texts().alerts;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [shownMax, setShownMax] = useState(pageSize);
  const open = state.openAlerts();
  const filter = filterIn(parameters.value);
  const found = matching(open, filter);
  const selected = found.filter(({ alertId }) => chosen.has(alertId));
  const choose = (ids: readonly string[], isChosen: boolean) =>
    setChosen((before) => {
      const next = new Set(before);
      for (const id of ids) isChosen ? next.add(id) : next.delete(id);
      return next;
    });
  return (
    <div class="view">
      <h1>{words.title}</h1>
      {(open.length > 0 || isFiltered(filter)) && (
        <AlertFilters filter={filter} open={open} shown={found.length} onChange={setParameters} />
      )}
      {found.length > 0 && (
        <Bulk
          selected={selected}
          isAll={selected.length === found.length}
          onAll={(isChosen) =>
            choose(
              found.map(({ alertId }) => alertId),
              isChosen,
            )
          }
        />
      )}
      <div class="stack">
        {found.slice(0, shownMax).map((alert) => (
          <AlertCard
            key={`${alert.gateway} ${alert.alertId}`}
            alert={alert}
            machine={state.machineOf(alert)}
            withMachine
            nowMs={nowMs}
          >
            <input
              type="checkbox"
              class="alert-choice"
              aria-label={words.choose(placeName(alert))}
              checked={chosen.has(alert.alertId)}
              onChange={({ currentTarget }) => choose([alert.alertId], currentTarget.checked)}
            />
          </AlertCard>
        ))}
        {found.length > shownMax && (
          <button type="button" class="button" onClick={() => setShownMax((before) => before + pageSize)}>
            {words.more(found.length - shownMax)}
          </button>
        )}
        {found.length === 0 && <Nothing state={state} isFiltered={open.length > 0} />}
      </div>
      <Resolved state={state} nowMs={nowMs} />
    </div>
  );
}

function Nothing({ state, isFiltered: isBehindFilter }: { state: State; isFiltered: boolean }): VNode {
  const words = texts().alerts;
  if (state.heardMs === null) return <p class="muted">{texts().frame.loading}</p>;
  if (!isBehindFilter)
    return (
      <Empty title={words.none}>
        <p>{machinesText(state.machines.size)}</p>
      </Empty>
    );
  return (
    <Empty title={words.noMatch}>
      <button type="button" class="button" onClick={() => setParameters({ q: '', severity: '', work: '' })}>
        {words.clear}
      </button>
    </Empty>
  );
}

/** Does the same about all that are chosen. */
function Bulk(props: { selected: readonly Alert[]; isAll: boolean; onAll(isChosen: boolean): void }): VNode {
  const { selected, isAll, onAll } = props;
  const words = texts().alerts;
  return (
    <div class={`bulk${selected.length > 0 ? ' bulk-on' : ''}`}>
      <label>
        <input
          type="checkbox"
          checked={isAll}
          // Neither all nor none.
          indeterminate={selected.length > 0 && !isAll}
          onChange={({ currentTarget }) => onAll(currentTarget.checked)}
        />
        {selected.length === 0 ? words.chooseAll : words.chosen(selected.length)}
      </label>
      <WorkButtons alerts={selected} />
    </div>
  );
}

function Resolved({ state, nowMs }: { state: State; nowMs: number }): VNode {
  const { data, problem } = useLoaded(() => api.alerts(resolvedQuery), state.alertRevision);
  return (
    <>
      <Failure text={problem} />
      {data && data.total > 0 && <h2>{resolvedTitle(data.total, data.alerts.length)}</h2>}
      <div class="stack">
        {data?.alerts.map((alert) => (
          <details key={`${alert.gateway} ${alert.alertId}`} class="past">
            <summary>
              <b>{placeName(alert)}</b>
              {` ${named(alertSaid(alert).what)} `}
              <span class="muted">{alertTimes(alert, nowMs)}</span>
            </summary>
            <AlertCard alert={alert} nowMs={nowMs} withMachine />
          </details>
        ))}
      </div>
    </>
  );
}
