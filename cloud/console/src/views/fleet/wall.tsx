import type { VNode } from 'preact';
import { setParameters } from '../../address/address.ts';
import { machineHref } from '../../address/router.ts';
import { dateTime } from '../../format.ts';
import { badgeLabel, stateLabel } from '../../machine-states.ts';
import { Badge } from '../../parts/badge.tsx';
import { LifeBar } from '../../parts/bars.tsx';
import { StateIcon } from '../../parts/icons.tsx';
import { texts } from '../../words/words.ts';
import type { FleetModel } from './fleet-model.ts';
import { rowModel, wallMax, wallRows } from './fleet-model.ts';

/** The fleet to be read from afar: how many machines are how, and those that need somebody, as many as fit. */
export function Wall({ model, nowMs }: { model: FleetModel; nowMs: number }): VNode {
  const words = texts().fleet;
  const urgent = wallRows(model.rows);
  return (
    <div class="view wall-view">
      <div class="wall-head">
        <h1>{words.wallTitle}</h1>
        <span class="wall-time">{dateTime(nowMs)}</span>
        <button type="button" class="quiet-button" onClick={() => setParameters({ wall: '' })}>
          {words.leaveWall}
        </button>
      </div>
      <ul class="tiles">
        {model.tiles
          .filter(({ hidden }) => !hidden)
          .map(({ state, count }) => (
            <li key={state} class={`tile tile-${state}${count === 0 ? ' tile-zero' : ''}`}>
              <b>{count}</b>
              <span>
                <StateIcon state={state} />
                {stateLabel(state)}
              </span>
            </li>
          ))}
      </ul>
      {urgent.length === 0 ? (
        <p class="wall-calm">{model.placeholder === 'loading' ? words.loading : words.calm}</p>
      ) : (
        <ul class="wall-machines">
          {urgent.slice(0, wallMax).map(({ key, machine, lifeScaleMax }) => (
            <li key={key} class={`card wall-${machine.state}`}>
              <Badge state={machine.state} label={badgeLabel(machine, nowMs)} />
              <a href={machineHref(machine)}>{machine.machine}</a>
              <span class="muted">{rowModel(machine, nowMs, true).location}</span>
              {machine.remainingLife && <LifeBar remaining={machine.remainingLife} scaleMax={lifeScaleMax} />}
              <span class="wall-reason">{machine.stateReason}</span>
            </li>
          ))}
        </ul>
      )}
      {urgent.length > wallMax && <p class="muted">{words.more(urgent.length - wallMax)}</p>}
    </div>
  );
}
