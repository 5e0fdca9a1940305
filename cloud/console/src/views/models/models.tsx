/**
 * Models (cloud/console/src/views/models): their versions and what can be done with them, trials, outcomes, and what people have
 * overruled. models-model.ts has words and requests; single decisions have a view of their own.
 */
import type { VNode } from 'preact';
import { plantApi } from '../../api/plant-api.ts';
import type { ConditionAlert, Trial } from '../../api/plant-wire.ts';
import { follow } from '../../beat.ts';
import { useLoaded } from '../../loaded.ts';
import { Nothing, Section } from '../../parts/layout/section.tsx';
import { Table } from '../../parts/layout/table.tsx';
import type { State } from '../../state.ts';
import { texts } from '../../words/words.ts';
import { outcomeRows, trialLines } from './models-model.ts';
import { Overrides } from './overrides.tsx';
import { Versions } from './versions.tsx';

const refreshMs = 30_000;

export function ModelsView({ state }: { state: State }): VNode {
  const nowMs = follow(state);
  const words = texts().plant.models;
  const versions = useLoaded(
    async () => {
      const [{ models }, { documents }] = await Promise.all([plantApi.models(), plantApi.fleet('models')]);
      return { models, documents };
    },
    'models',
    refreshMs,
  );
  const trials = useLoaded(plantApi.trials, 'trials', refreshMs);
  const statistics = useLoaded(plantApi.statistics, state.alertRevision, refreshMs);
  const proposals = useLoaded(plantApi.proposals, 'proposals', refreshMs);
  const drifts = state
    .openAlerts()
    .filter(
      (alert): alert is ConditionAlert =>
        'condition' in alert && alert.condition.condition === 'model-inputs',
    );
  return (
    <div class="view">
      <h1>{texts().frame.models}</h1>
      <Section title={words.versions} about={words.versionsAbout} loaded={versions}>
        {({ models, documents }) => (
          <Versions models={models} documents={documents} onChanged={versions.reload} />
        )}
      </Section>
      <Section title={words.drift} about={words.driftAbout} loaded={proposals}>
        {({ proposals: found }) => (
          <Sentences
            none={words.noDrift}
            texts={[
              ...drifts.map(({ condition }) => condition.reasons.join(' ')),
              ...found.map(({ machineType, reason }) => `${machineType}: ${reason}`),
            ]}
          />
        )}
      </Section>
      <Section title={words.trials} about={words.trialsAbout} loaded={trials}>
        {({ trials: found }) => <Trials trials={found} />}
      </Section>
      <Section title={words.outcomes} about={words.outcomesAbout} loaded={statistics}>
        {(found) =>
          found.policies.length === 0 ? (
            <Nothing text={words.noOutcome} help={words.noOutcomeHelp} />
          ) : (
            <Table label={words.outcomes} heads={words.outcomeHeads} rows={outcomeRows(found)} />
          )
        }
      </Section>
      <Overrides nowMs={nowMs} />
      <p>
        <a href="#/decisions">{words.decisions}</a>
      </p>
    </div>
  );
}

function Sentences({ none, texts: sentences }: { none: string; texts: readonly string[] }): VNode {
  if (sentences.length === 0) return <Nothing text={none} />;
  return (
    <ul class="reasons">
      {sentences.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

export function Trials({ trials }: { trials: readonly Trial[] }): VNode {
  const words = texts().plant.models;
  if (trials.length === 0) return <Nothing text={words.noTrial} help={words.noTrialHelp} />;
  return (
    <ul class="stack">
      {trials.map((trial) => {
        const { candidate, against, machineType, role } = trial.figures;
        return (
          <li key={`${role} ${candidate} ${against} ${machineType}`} class="card aside">
            <b>{words.trial(candidate, words.roles[role] ?? role, against, machineType)}</b>
            <ul class="reasons">
              {trialLines(trial).map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </li>
        );
      })}
    </ul>
  );
}
