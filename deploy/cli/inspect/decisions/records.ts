import type { StoredDecision } from '../../../../cloud/ports/history.ts';
import { HarbingerError } from '../../../../shared/runtime/errors.ts';
import { toolName } from '../../../shown-commands.ts';
import { findEndpoint, request } from '../../http-client.ts';
import type { ReachOptions } from '../../options.ts';
import { printable } from '../../output.ts';

const pageMax = 500;

export interface DecisionPage {
  items: StoredDecision[];
  next: string | null;
}

/** Fetches at most `limit` records, newest first. */
export async function recordsOf(
  options: ReachOptions,
  { limit, subject }: { limit: number; subject?: string },
): Promise<DecisionPage> {
  const endpoint = findEndpoint('cloud', options);
  const items: StoredDecision[] = [];
  let next: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(pageMax, limit - items.length)) });
    if (subject !== undefined) query.set('subject', subject);
    if (next !== null) query.set('before', next);
    const page = (await request(endpoint, 'GET', `/api/decisions?${query}`)) as DecisionPage;
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < limit);
  return { items, next };
}

/** @throws HarbingerError DECISION_UNKNOWN */
export async function recordWith(id: string, options: ReachOptions): Promise<StoredDecision> {
  const endpoint = findEndpoint('cloud', options);
  const query = new URLSearchParams({ id });
  const page = (await request(endpoint, 'GET', `/api/decisions?${query}`)) as DecisionPage;
  // A cloud of an earlier version does not know the parameter, and returns the newest ones.
  const found = page.items.find(({ decisionId }) => decisionId === id);
  if (found) return found;
  throw new HarbingerError(
    'DECISION_UNKNOWN',
    'cli',
    `the cloud has no decision ${printable(id, 60)}: \`${toolName()} decisions list\` shows those that it has`,
  );
}

/** The policy of models has the versions of all of them in records of 0.1.0; here is only the one that answered. */
export function answeredBy({ policy, answer }: Pick<StoredDecision, 'policy' | 'answer'>): string {
  const { name, version } = (answer.model as StoredDecision['policy'] | null | undefined) ?? policy;
  return printable(`${name} ${version}`, 40);
}
