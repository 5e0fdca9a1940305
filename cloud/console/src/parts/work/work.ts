/** Doing what people ask about alerts: requests to the API, one after the other. */
import { signal } from '@preact/signals';
import { api } from '../../api/api.ts';
import { ApiFailure } from '../../api/api-failure.ts';
import type { Alert, AlertRefusal, SeenAlert, WorkDone } from '../../wire.ts';
import { closeRequests, isDeed, type Question, type Said, workRequests } from './work-model.ts';

/** The question that is being asked, and about which alerts; null if none is. */
export const asking = signal<{ alerts: readonly Alert[]; question: Question } | null>(null);

/** Returns what was refused. @throws ApiFailure if nothing could be done for another reason */
export async function act(
  alerts: readonly Alert[],
  question: Question,
  said: Said,
  nowMs: number,
): Promise<AlertRefusal[]> {
  return isDeed(question)
    ? asked(workRequests(alerts, question, said, nowMs), api.workOnAlerts)
    : asked(closeRequests(alerts, said), api.closeAlerts);
}

async function asked<T extends { alerts: SeenAlert[] }>(
  requests: readonly T[],
  ask: (request: T) => Promise<WorkDone>,
): Promise<AlertRefusal[]> {
  const refused: AlertRefusal[] = [];
  for (const request of requests) {
    try {
      refused.push(...(await ask(request)).refused);
    } catch (error) {
      // The API answers so if all are refused, with the first of the reasons.
      if (!(error instanceof ApiFailure) || error.status !== 409) throw error;
      const { code, message } = error;
      refused.push(...request.alerts.map(({ alertId }) => ({ alertId, code, message })));
    }
  }
  return refused;
}
