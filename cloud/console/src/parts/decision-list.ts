import { type Child, h, keyedList } from '../dom.ts';
import type { StoredDecision } from '../wire.ts';
import { decisionModel, type Pair } from './decision-model.ts';

export interface DecisionList {
  element: HTMLElement;
  set(decisions: readonly StoredDecision[]): void;
}

/** Decisions in the order given. A decision that stays in the list keeps its element, and so stays opened. */
export function decisionList(withSubject: boolean): DecisionList {
  const element = h('ol', { class: 'decisions' });
  const set = keyedList<StoredDecision>(element, {
    keyOf: ({ gateway, decisionId }) => `${gateway} ${decisionId}`,
    make: (decision) => decisionItem(decision, withSubject),
  });
  return { element, set };
}

/** One line for a decision; opened, all that went into it. */
function decisionItem(decision: StoredDecision, withSubject: boolean): HTMLElement {
  const model = decisionModel(decision, withSubject);
  return h(
    'li',
    { class: 'card' },
    h(
      'details',
      {},
      h(
        'summary',
        {},
        h('time', { class: 'muted', datetime: model.at }, model.time),
        h('b', {}, model.title),
        model.subject !== null && h('span', { class: 'decision-subject' }, model.subject),
        h('span', { class: 'decision-answer' }, model.answer),
        model.badge !== null && h('span', { class: 'chip chip-warning' }, model.badge),
        h('span', { class: 'muted decision-policy' }, model.policy),
      ),
      h(
        'div',
        { class: 'decision-body' },
        h('ul', { class: 'reasons' }, ...model.reasons.map((reason) => h('li', {}, reason))),
        model.cause !== null && h('p', {}, model.cause),
        pairs('Inputs', model.inputs),
        pairs('Answer', model.answers),
        h('p', { class: 'muted' }, model.origin),
      ),
    ),
  );
}

function pairs(title: string, values: Pair[]): Child {
  if (values.length === 0) return null;
  const cells = values.flatMap(({ name, value }) => [h('dt', {}, name), h('dd', {}, value)]);
  return h('section', {}, h('span', { class: 'label' }, title), h('dl', { class: 'pairs' }, ...cells));
}
