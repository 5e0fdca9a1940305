import type { ComponentChildren, RefObject, VNode } from 'preact';
import { badgeLabel } from '../../machine-states.ts';
import { Badge } from '../../parts/badge.tsx';
import { LifeBar, ShareBar } from '../../parts/bars.tsx';
import type { Machine } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { summaryModel } from './machine-model.ts';

interface Props {
  address: { site: string; machine: string };
  /** Null until it is known. */
  machine: Machine | null;
  nowMs: number;
  /** The scale of the remaining life so far. */
  lifeScale: RefObject<number>;
}

/** The head of a machine's page: its name, type and condition, in large figures. */
export function MachineSummary({ address, machine, nowMs, lifeScale }: Props): VNode {
  const words = texts().fleet;
  const model = machine && summaryModel(machine, nowMs, lifeScale.current ?? 0);
  if (model) lifeScale.current = model.lifeScaleMax;
  return (
    <header class="machine-head">
      <p class="back">
        <a href="#/">{texts().machine.back}</a>
      </p>
      <div class="machine-title">
        <h1>{address.machine}</h1>
        {machine && <Badge state={machine.state} label={badgeLabel(machine, nowMs)} />}
      </div>
      {model && <p class="state-reason">{model.why}</p>}
      <p class="muted">{model?.location ?? address.site}</p>
      {machine && model && (
        <dl class="figures">
          <Figure label={words.remainingLife}>
            <LifeBar remaining={machine.remainingLife} scaleMax={model.lifeScaleMax} />
          </Figure>
          <Figure label={words.health}>
            <ShareBar share={machine.health} />
          </Figure>
          <Figure label={words.anomaly}>
            <ShareBar share={machine.anomaly} highIsBad />
          </Figure>
          <Figure label={words.source}>
            <b>{model.source}</b>
          </Figure>
          <Figure label={words.seen}>
            <b>{model.seen}</b>
          </Figure>
        </dl>
      )}
    </header>
  );
}

function Figure({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    <div>
      <dt class="label">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
