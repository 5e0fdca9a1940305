import { type Child, h } from '../dom.ts';
import { dateTime, number, percent, words } from '../format.ts';
import type { StoredDecision } from '../wire.ts';

export function decisionList(decisions: StoredDecision[], withSubject: boolean): HTMLElement {
  return h('ol', { class: 'decisions' }, ...decisions.map((decision) => decisionItem(decision, withSubject)));
}

/** One line a decision; opened, all that went into it. */
function decisionItem(decision: StoredDecision, withSubject: boolean): HTMLElement {
  const { policy, mode, subject } = decision;
  return h(
    'li',
    { class: 'card' },
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h('time', { class: 'muted', datetime: decision.at }, dateTime(Date.parse(decision.at))),
        h('b', {}, words(decision.decision)),
        withSubject && h('span', { class: 'decision-subject' }, subject),
        h('span', { class: 'decision-answer' }, answerText(decision.answer)),
        mode === 'fallback' && h('span', { class: 'chip chip-warning' }, 'Fallback'),
        h('span', { class: 'muted decision-policy' }, `${policy.name} ${policy.version}`),
      ),
      h(
        'div',
        { class: 'decision-body' },
        h('ul', { class: 'reasons' }, ...decision.reasons.map((reason) => h('li', {}, reason))),
        decision.fallbackCause !== undefined &&
          h('p', {}, `The active policy did not answer: ${decision.fallbackCause}`),
        pairs('Inputs', decision.inputs),
        pairs('Answer', decision.answer),
        h(
          'p',
          { class: 'muted' },
          `confidence ${percent(decision.confidence)} · took ${number(decision.latencyMs)} ms · gateway ${decision.gateway} · ${decision.decisionId}`,
        ),
      ),
    ),
  );
}

function pairs(title: string, values: Record<string, unknown>): Child {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  const cells = entries.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, valueText(value))]);
  return h('section', {}, h('span', { class: 'label' }, title), h('dl', { class: 'pairs' }, ...cells));
}

function answerText(answer: Record<string, unknown>): string {
  return Object.entries(answer)
    .filter(([, value]) => typeof value !== 'object')
    .slice(0, 3)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ');
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
