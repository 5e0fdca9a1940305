/**
 * One machine (cloud/console/src/views/machine): its figures, alerts, decisions, and charts over a chosen span. The
 * models decide what is shown and what is fetched; the other files only draw.
 */
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { api } from '../../api/api.ts';
import { follow } from '../../beat.ts';
import { useLoaded } from '../../loaded.ts';
import { AlertCard } from '../../parts/alert-card.tsx';
import { DecisionList } from '../../parts/decision-list.tsx';
import { Empty, Failure } from '../../parts/layout/empty.tsx';
import type { State } from '../../state.ts';
import type { MachineAddress, MachineDetail, StoredDecision } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { MachineCharts } from './machine-charts.tsx';
import { MachineLog } from './machine-log.tsx';
import {
  allDecisionsHref,
  decisionsMax,
  machineAlerts,
  machineProblem,
  subjectOf,
  unknownTypeText,
} from './machine-model.ts';
import { MachineSummary } from './machine-summary.tsx';

/** One machine: how it is, its alerts, its charts, and the decisions about it. */
export function MachineView({ state, address }: { state: State; address: MachineAddress }): VNode {
  const nowMs = follow(state);
  const words = texts().machine;
  const subjectName = `${address.site}/${address.machine}`;
  const { data, error } = useLoaded(async () => {
    const [detail, page] = await Promise.all([
      api.machine(address),
      api.decisions({ subject: subjectName, limit: decisionsMax }),
    ]);
    return { detail, page };
  }, [address, state.alertRevision]);
  const lifeScale = useRef(0);
  const subject = subjectOf(data?.detail ?? null, state.machines);
  const typeText = subject && unknownTypeText(subject);
  const problem = error === null ? null : machineProblem(error);
  return (
    <div class="view">
      <MachineSummary
        address={address}
        machine={subject?.machine ?? null}
        nowMs={nowMs}
        lifeScale={lifeScale}
      />
      {problem?.kind === 'failure' && <Failure text={problem.text} />}
      {problem?.kind === 'unknown-machine' && (
        <Empty title={words.unknown}>
          <p>
            <a href="#/">{words.all}</a>
          </p>
        </Empty>
      )}
      {typeText && <p class="muted type-note">{typeText}</p>}
      {!data && !problem && <p class="muted">{texts().frame.loading}</p>}
      {data && subject && (
        <div class="stack">
          <AlertSection detail={data.detail} state={state} nowMs={nowMs} />
          <MachineCharts subject={subject} alerts={data.detail.alerts} nowMs={nowMs} />
          <MachineLog address={address} />
          <section>
            <h2>{words.decisions}</h2>
            <Decisions items={data.page.items} allHref={allDecisionsHref(subjectName, data.page.next)} />
          </section>
        </div>
      )}
    </div>
  );
}

function Decisions({ items, allHref }: { items: readonly StoredDecision[]; allHref: string | null }): VNode {
  const words = texts().machine;
  if (items.length === 0) return <p class="muted">{words.noDecision}</p>;
  return (
    <>
      <DecisionList decisions={items} withSubject={false} />
      {allHref !== null && (
        <p>
          <a href={allHref}>{words.allDecisions}</a>
        </p>
      )}
    </>
  );
}

/** Open alerts in full, resolved ones folded. */
function AlertSection(props: { detail: MachineDetail; state: State; nowMs: number }): VNode | null {
  const { detail, state, nowMs } = props;
  const { open, resolved, resolvedTitle } = machineAlerts(detail.alerts);
  if (open.length + resolved.length === 0) return null;
  return (
    <div class="stack">
      {open.map((alert) => {
        // The live stream has it as it is now; an answer of the API already has the figures of its machine.
        const live = state.alerts.get(alert.alertId);
        return (
          <AlertCard
            key={alert.alertId}
            alert={live ?? alert}
            machine={live && state.machineOf(live)}
            type={detail.type}
            withMachine={false}
            nowMs={nowMs}
          />
        );
      })}
      {resolved.length > 0 && (
        <details class="past">
          <summary>{resolvedTitle}</summary>
          <div class="past-alerts">
            {resolved.map((alert) => (
              <AlertCard
                key={alert.alertId}
                alert={alert}
                type={detail.type}
                withMachine={false}
                nowMs={nowMs}
              />
            ))}
          </div>
        </details>
      )}
    </div>
  );
}
