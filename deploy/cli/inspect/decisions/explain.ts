import type { StoredDecision } from '../../../../cloud/ports/history.ts';
import { knownMode } from '../../../../shared/contract/decisions/known-mode.ts';
import { answeredBy } from './records.ts';

/** Says a record in sentences, for people who have not read the code. */
export function explanationOf(decision: StoredDecision): string[] {
  const { reasons, confidence, latencyMs } = decision;
  return [
    whatOf(decision),
    ...(reasons.length === 0 ? [] : [`Why: ${reasons.join('; ')}.`]),
    ...byWhom(decision),
    ...fromWhat(decision),
    `It is believed with ${Math.round(confidence * 100)} %, and took ${Number(latencyMs.toPrecision(3))} ms.`,
  ];
}

function whatOf({ at, gateway, decision, subject, answer }: StoredDecision): string {
  const changes = Array.isArray(answer.changes) ? (answer.changes as Record<string, unknown>[]) : [];
  const said = changes.map(({ change, failureMode, severity }) => `${failureMode} ${change} (${severity})`);
  const outcome = {
    sample: 'nothing changed; it was recorded as a sample',
    mode: 'nothing changed, but another policy decided than before',
  }[String(answer.recorded)];
  const figures = Object.entries(answer)
    .filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value))
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`)
    .join(', ');
  const text = said.length > 0 ? said.join(', ') : (outcome ?? figures);
  return `At ${at}, gateway ${gateway} made a decision of kind ${decision} about ${subject}: ${text}.`;
}

function byWhom(record: StoredDecision): string[] {
  const { policy, breaker } = record;
  const on = policy.backend === undefined ? '' : ` on ${policy.backend}`;
  const sentences = [howDecided(record, `${answeredBy(record)}${on}`)];
  return breaker
    ? [...sentences, `The breaker is ${breaker.state}: opened by ${breaker.openedBy}, ${breaker.detail}.`]
    : sentences;
}

function howDecided(record: StoredDecision, by: string): string {
  const { mode, fallbackCause, override } = record;
  if (mode === 'shadow') return `It is an answer of ${by}, which only runs beside; nothing followed from it.`;
  const known = knownMode(record);
  if (known === null)
    return `It was made as “${mode}” by ${by}; this version does not know whether it was acted upon.`;
  if (known === 'fallback')
    return `It was decided by ${by}, because the active policy did not answer (${fallbackCause ?? 'no reason given'}).`;
  if (known === 'active') return `It was decided by ${by}, as it is meant to be.`;
  const { by: who = '', why = 'no reason is known', until, document } = override ?? {};
  const end = until === undefined ? 'until it is removed' : `until ${until}`;
  return `It was decided by ${by}, because ${who || 'a person'} wants it ${end}: ${why}${document === undefined ? '' : ` (${document})`}.`;
}

function fromWhat({ window, inputs }: StoredDecision): string[] {
  if (!window) {
    const figures = Object.entries(inputs).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
    return figures.length === 0 ? [] : [`It was decided from ${figures.join(', ')}.`];
  }
  const { rows, columns, end, journal, sha256 } = window;
  const where = journal ? ` in blocks ${journal.from} to ${journal.to} of journal ${journal.id}` : '';
  return [
    `It was judged from ${rows} rows of ${columns} sensors up to ${end}${where} (sha256 ${sha256.slice(0, 12)}…).`,
  ];
}
