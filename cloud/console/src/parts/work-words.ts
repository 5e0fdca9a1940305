/** The words for what people have done about an alert. */
import { shortTime } from '../format.ts';
import type { Alert } from '../wire.ts';

export function workWords({ work }: Alert, nowMs: number): string {
  if (!work) return '';
  const { acknowledged, assignee, shelved } = work;
  return [
    acknowledged
      ? `acknowledged by ${acknowledged.by || 'somebody'} ${shortTime(Date.parse(acknowledged.at), nowMs)}`
      : '',
    assignee ? `${assignee} looks after it` : '',
    shelved ? `shelved until ${shortTime(Date.parse(shelved.until), nowMs)}` : '',
  ]
    .filter((text) => text !== '')
    .join(' · ');
}

const deedWords: Readonly<Record<string, string>> = {
  acknowledge: 'acknowledged it',
  unacknowledge: 'took the acknowledgement back',
  assign: 'assigned it',
  unassign: 'took it from who looked after it',
  shelve: 'shelved it',
  unshelve: 'ended the shelf',
  comment: 'noted',
  reminded: 'asks again',
};

export function deedModels({ work }: Alert, nowMs: number): { when: string; text: string }[] {
  return (work?.deeds ?? []).map(({ deed, by, at, note, to, until }) => {
    const who = by || (deed === 'reminded' ? 'Harbinger' : 'Somebody');
    const text = [
      `${who} ${deedWords[deed] ?? deed}`,
      to === undefined ? '' : `to ${to}`,
      until === undefined ? '' : `until ${shortTime(Date.parse(until), nowMs)}`,
    ].filter((part) => part !== '');
    return {
      when: shortTime(Date.parse(at), nowMs),
      text: `${text.join(' ')}${note === '' ? '' : `: ${note}`}`,
    };
  });
}
