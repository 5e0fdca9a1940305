/** The words for what people have done about an alert. */
import { shortTime } from '../format.ts';
import type { Alert } from '../wire.ts';
import { texts } from '../words/words.ts';

export function workWords({ work }: Alert, nowMs: number): string {
  if (!work) return '';
  const { acknowledged, assignee, shelved } = work;
  const words = texts().alerts;
  return [
    acknowledged
      ? words.acknowledgedBy(acknowledged.by || words.somebody, shortTime(Date.parse(acknowledged.at), nowMs))
      : '',
    assignee ? words.looksAfter(assignee) : '',
    shelved ? words.shelvedUntil(shortTime(Date.parse(shelved.until), nowMs)) : '',
  ]
    .filter((text) => text !== '')
    .join(' · ');
}

export function deedModels({ work }: Alert, nowMs: number): { when: string; text: string }[] {
  return (work?.deeds ?? []).map(({ deed, by, at, note, to, until }) => {
    const words = texts().alerts;
    const who = by || (deed === 'reminded' ? 'Harbinger' : words.Somebody);
    const text = [
      `${who} ${words.deeds[deed] ?? deed}`,
      to === undefined ? '' : words.to(to),
      until === undefined ? '' : words.until(shortTime(Date.parse(until), nowMs)),
    ].filter((part) => part !== '');
    return {
      when: shortTime(Date.parse(at), nowMs),
      text: `${text.join(' ')}${note === '' ? '' : `: ${note}`}`,
    };
  });
}
