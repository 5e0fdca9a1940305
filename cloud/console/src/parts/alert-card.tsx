import type { ComponentChildren, VNode } from 'preact';
import type { Alert } from '../wire.ts';
import { texts } from '../words/words.ts';
import { type AlertModel, type AlertOptions, alertModel, type HistoryModel } from './alert-model.ts';
import { AlertBadge } from './badge.tsx';
import { LifeBar } from './bars.tsx';
import { WorkButtons } from './work/work-dialog.tsx';

/** An alert with all that a technician asks about: which machine, how long it has, why, and which judge says so. */
export function AlertCard(props: AlertOptions & { alert: Alert; children?: ComponentChildren }): VNode {
  const { alert, children, ...options } = props;
  const model = alertModel(alert, options);
  const words = texts().alerts;
  return (
    <article class={`card alert alert-${model.state}`} data-alert={alert.alertId}>
      <header class="alert-head">
        {children}
        <AlertBadge state={model.state} ending={model.ending} />
        <h2>
          {model.machine && (
            <a class="alert-machine" href={model.machine.href}>
              {model.machine.name}
            </a>
          )}
          {model.title}
        </h2>
        <span class="alert-times muted">{[model.times, model.asOf].filter(Boolean).join(' · ')}</span>
      </header>
      <Line label={words.whatToDo} text={model.action} />
      <div class="alert-body">
        <ul class={model.isUnknown ? 'reasons muted' : 'reasons'}>
          {model.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
        <div class="alert-figures">
          {model.life && (
            <div class="alert-life">
              <span class="label">{words.remainingLife}</span>
              <LifeBar remaining={model.life.remaining} scaleMax={model.life.scaleMax} />
            </div>
          )}
          <Contributions of={model} />
        </div>
      </div>
      <Line label={words.turnedOut} text={model.outcome} />
      <Line label={words.inHand} text={model.work} />
      <History
        entries={model.history}
        title={model.history.length === 1 ? words.howOpened : words.howOpenedMore(model.history.length - 1)}
      />
      <History
        entries={model.deeds}
        title={model.deeds.length === 1 ? words.whatDone : words.whatDoneMore(model.deeds.length)}
      />
      <footer class="muted alert-foot">
        {model.origin}
        <WorkButtons alert={alert} />
      </footer>
    </article>
  );
}

function Line({ label, text }: { label: string; text: string }): VNode | null {
  if (text === '') return null;
  return (
    <p class="alert-action">
      <b>{label}</b>
      {text}
    </p>
  );
}

/** Changes that were told, or deeds of people; folded, because what stands is above. */
function History({ entries, title }: { entries: readonly HistoryModel[]; title: string }): VNode | null {
  if (entries.length === 0) return null;
  return (
    <details class="alert-history">
      <summary>{title}</summary>
      <ol>
        {entries.map(({ when, text }, i) => (
          <li key={`${i} ${when}`}>
            <span class="muted">{when}</span> {text}
          </li>
        ))}
      </ol>
    </details>
  );
}

function Contributions({ of: { contributions } }: { of: AlertModel }): VNode | null {
  if (contributions.length === 0) return null;
  return (
    <div>
      <span class="label">{texts().alerts.contributed}</span>
      <ul class="contributions">
        {contributions.map(({ sensor, width, share, value }) => (
          <li key={sensor}>
            <span class="contribution-name">{sensor}</span>
            <span class="contribution-track">
              <span class="contribution-fill" style={{ width: `${width}%` }} />
            </span>
            <span class="contribution-share">{share}</span>
            <span class="contribution-value muted">{value}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
