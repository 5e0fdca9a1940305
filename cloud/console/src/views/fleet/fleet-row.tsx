import type { VNode } from 'preact';
import { machineHref } from '../../address/router.ts';
import { badgeLabel } from '../../machine-states.ts';
import { Badge } from '../../parts/badge.tsx';
import { LifeBar, ShareBar } from '../../parts/bars.tsx';
import { texts } from '../../words/words.ts';
import { type MachineItem, rowModel, type SiteItem } from './fleet-model.ts';

type Place = Parameters<Parameters<typeof import('../../parts/layout/long-list.tsx').LongList>[0]['draw']>[1];

/** One machine of the fleet. The whole row is a link to the machine's page. */
export function FleetRow({ row, nowMs, place }: { row: MachineItem; nowMs: number; place: Place }): VNode {
  const { machine, lifeScaleMax, isTwin } = row;
  const words = texts().fleet;
  const model = rowModel(machine, nowMs, isTwin);
  return (
    <li class={`row row-${machine.state}`} {...place}>
      <a href={machineHref(machine)}>
        <Badge state={machine.state} label={badgeLabel(machine, nowMs)} />
        <span class="row-name">
          <b title={machine.machine}>{machine.machine}</b>
          <span class="muted" title={words.gateway(machine.gateway)}>
            {model.location}
          </span>
        </span>
        <span class="row-life">
          <span class="cell-label">{words.remainingLife}</span>
          <LifeBar remaining={machine.remainingLife} scaleMax={lifeScaleMax} />
        </span>
        <span class="row-health">
          <span class="cell-label">{words.health}</span>
          <ShareBar share={machine.health} />
        </span>
        <span class="row-anomaly">
          <span class="cell-label">{words.anomaly}</span>
          <ShareBar share={machine.anomaly} highIsBad />
        </span>
        <span class="row-source">{model.source}</span>
        <span class={model.isQuiet ? 'row-seen quiet' : 'row-seen'}>{model.seen}</span>
        {model.reason !== null && (
          <span class="row-reason" title={model.reason}>
            {model.reason}
          </span>
        )}
      </a>
    </li>
  );
}

/** Heads the machines of a site. */
export function SiteRow({ row, place }: { row: SiteItem; place: Place }): VNode {
  return (
    <li class="site-row" {...place}>
      <h2>{row.site}</h2>
      <span class="muted">{texts().fleet.ofSite(row.machines, row.urgent)}</span>
    </li>
  );
}
