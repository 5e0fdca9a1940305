/** The questions and requests of what people do about an alert. */
import { alertSaid } from '../../../../../shared/contract/alert-content.ts';
import { ApiFailure, failureText } from '../../api-failure.ts';
import type { Alert, AlertWorkRequest } from '../../wire.ts';

export type Asked = 'acknowledge' | 'assign' | 'shelve' | 'comment' | 'unshelve';

export interface Question {
  asked: Asked;
  /** On the button. */
  button: string;
  title: string;
  about: string;
  /** Asks for a note that may be empty, or must not be. */
  note: 'may' | 'must';
  asksWho?: true;
  asksHours?: true;
}

const questions: Readonly<Record<Asked, Question>> = {
  acknowledge: {
    asked: 'acknowledge',
    button: 'Acknowledge…',
    title: 'Acknowledge',
    about:
      'You have seen it, and the next person need not be called. It counts no more when the alert becomes critical.',
    note: 'may',
  },
  assign: {
    asked: 'assign',
    button: 'Assign…',
    title: 'Assign',
    about: 'Say who looks after it.',
    note: 'may',
    asksWho: true,
  },
  shelve: {
    asked: 'shelve',
    button: 'Shelve…',
    title: 'Shelve',
    about: 'Nobody is told of it for a time, unless it becomes critical.',
    note: 'must',
    asksHours: true,
  },
  unshelve: {
    asked: 'unshelve',
    button: 'End the shelf…',
    title: 'End the shelf',
    about: 'What has changed meanwhile is told now.',
    note: 'may',
  },
  comment: {
    asked: 'comment',
    button: 'Note…',
    title: 'Add a note',
    about: 'For the next shift.',
    note: 'must',
  },
};

export const shelfHours = [1, 8, 24, 72, 168] as const;

/** Questions that can be asked about an alert; nothing about one that has ended. */
export function questionsOf({ state, work }: Alert): Question[] {
  if (state !== 'open') return [];
  const asked: Asked[] = [
    ...(work?.acknowledged ? [] : (['acknowledge'] as const)),
    'assign',
    work?.shelved ? 'unshelve' : 'shelve',
    'comment',
  ];
  return asked.map((each) => questions[each]);
}

export interface Said {
  by: string;
  note: string;
  to: string;
  hours: number;
}

/** Null while something is missing. */
export function workRequest(
  alert: Alert,
  { asked, note: needed, asksWho, asksHours }: Question,
  said: Said,
  nowMs: number,
): AlertWorkRequest | null {
  const [by, note, to] = [said.by.trim(), said.note.trim(), said.to.trim()];
  if (by === '' || (needed === 'must' && note === '') || (asksWho && to === '')) return null;
  const { alertId } = alertSaid(alert);
  return {
    alerts: [{ alertId, gateway: alert.gateway, version: alert.work?.version ?? 0 }],
    ...{ deed: asked, by },
    ...(note !== '' && { note }),
    ...(asksWho && { to }),
    ...(asksHours && { until: new Date(nowMs + said.hours * 3_600_000).toISOString() }),
  };
}

/** The sentence to show where it could not be done. */
export function workProblem(error: unknown): string {
  const status = error instanceof ApiFailure ? error.status : null;
  if (status === 403) return 'This token only allows to read: sign in with the one that allows changes.';
  return failureText(error);
}
