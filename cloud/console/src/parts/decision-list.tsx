import type { VNode } from 'preact';
import type { StoredDecision } from '../wire.ts';
import { texts } from '../words/words.ts';
import { decisionModel, type Pair } from './decision-model.ts';

/** Decisions in the order given. */
export function DecisionList(props: { decisions: readonly StoredDecision[]; withSubject: boolean }): VNode {
  return (
    <ol class="decisions">
      {props.decisions.map((decision) => (
        <Decision
          key={`${decision.gateway} ${decision.decisionId}`}
          decision={decision}
          withSubject={props.withSubject}
        />
      ))}
    </ol>
  );
}

/** One line for a decision; opened, all that went into it. */
function Decision({ decision, withSubject }: { decision: StoredDecision; withSubject: boolean }): VNode {
  const model = decisionModel(decision, withSubject);
  const words = texts().decisions;
  return (
    <li class="card">
      <details>
        <summary>
          <time class="muted" dateTime={model.at}>
            {model.time}
          </time>
          <b>{model.title}</b>
          {model.subject !== null && <span class="decision-subject">{model.subject}</span>}
          <span class="decision-answer">{model.answer}</span>
          {model.badge !== null && <span class="chip chip-warning">{model.badge}</span>}
          <span class="muted decision-policy">{model.policy}</span>
        </summary>
        <div class="decision-body">
          <ul class="reasons">
            {model.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
          {model.cause !== null && <p>{model.cause}</p>}
          <Pairs title={words.inputs} pairs={model.inputs} />
          <Pairs title={words.answer} pairs={model.answers} />
          <p class="muted">{model.origin}</p>
        </div>
      </details>
    </li>
  );
}

function Pairs({ title, pairs }: { title: string; pairs: readonly Pair[] }): VNode | null {
  if (pairs.length === 0) return null;
  return (
    <section>
      <span class="label">{title}</span>
      <dl class="pairs">
        {pairs.flatMap(({ name, value }) => [
          <dt key={`${name} name`}>{name}</dt>,
          <dd key={name}>{value}</dd>,
        ])}
      </dl>
    </section>
  );
}
