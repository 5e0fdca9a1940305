import type { VNode } from 'preact';
import { plantApi } from '../../api/plant-api.ts';
import { follow } from '../../beat.ts';
import { useLoaded } from '../../loaded.ts';
import { Badge } from '../../parts/badge.tsx';
import { Nothing, Section } from '../../parts/layout/section.tsx';
import type { State } from '../../state.ts';
import { texts } from '../../words/words.ts';
import { type GatewayModel, gatewayModels } from './gateways-model.ts';

const refreshMs = 10_000;

/** Every gateway: whether it is heard, what is wrong with it, and what is wanted of it against what it has. */
export function GatewaysView({ state }: { state: State }): VNode {
  const nowMs = follow(state);
  const words = texts().plant;
  const loaded = useLoaded(
    async () => {
      const [{ gateways }, { documents }] = await Promise.all([plantApi.gateways(), plantApi.fleet()]);
      return { gateways, documents };
    },
    state.alertRevision,
    refreshMs,
  );
  return (
    <div class="view">
      <h1>{texts().frame.gateways}</h1>
      <Section title={words.all} loaded={loaded}>
        {({ gateways, documents }) => (
          <GatewayList models={gatewayModels(gateways, documents, state.openAlerts(), nowMs)} />
        )}
      </Section>
    </div>
  );
}

export function GatewayList({ models }: { models: readonly GatewayModel[] }): VNode {
  const words = texts().plant;
  if (models.length === 0) return <Nothing text={words.none} help={words.noneHelp} />;
  return (
    <ul class="stack">
      {models.map((model) => (
        <li key={model.name} class="card gateway">
          <div class="gateway-head">
            <h3>{model.name}</h3>
            <Badge state={model.state} label={model.contact} />
            <span class="muted">{words.heard(model.seen)}</span>
            <a href={`#/?q=${encodeURIComponent(model.name)}`}>{model.machines}</a>
          </div>
          {model.figures !== '' && <p class="muted">{model.figures}</p>}
          {model.troubles.length === 0 ? (
            <p class="muted">{model.quiet}</p>
          ) : (
            <ul class="reasons">
              {model.troubles.map(({ id, text }) => (
                <li key={id}>
                  <a href={`#/alerts?q=${encodeURIComponent(model.name)}`}>{text}</a>
                </li>
              ))}
            </ul>
          )}
          {model.documents.length > 0 && (
            <details>
              <summary>
                {words.wanted(
                  model.documents.length,
                  model.documents.filter((each) => !each.isAsWanted).length,
                )}
              </summary>
              <ul class="wanted">
                {model.documents.map(({ key, text, why, standing, isAsWanted }) => (
                  <li key={key}>
                    <span>{text}</span> <span class="muted">({why})</span>{' '}
                    <b class={isAsWanted ? 'as-wanted' : 'not-as-wanted'}>{standing}</b>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
