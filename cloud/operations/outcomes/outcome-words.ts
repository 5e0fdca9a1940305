/**
 * Outcomes (cloud/operations/outcomes): what warnings turned out to be, and failures that nobody was warned of. Here: what
 * people say of them. outcome-table.ts keeps them, infer.ts says what follows from what was reported.
 */
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Alert } from '../../ports/alerts.ts';
import type { FailureOutcome, Outcome, OutcomeSaid, OutcomeWords } from '../../ports/outcomes/outcomes.ts';
import type { OutcomeBook } from './outcome-book.ts';

export interface OutcomeWordsDeps {
  tables: { outcomes: OutcomeBook; alerts: { all(): Alert[] } };
  nowMs(): number;
  transaction<T>(change: () => T): Promise<T>;
}

/** Failures of one machine that are said to be nearer to each other are one. */
const sameFailureMs = 3_600_000;

export function outcomeWords({ tables, nowMs, transaction }: OutcomeWordsDeps): OutcomeWords {
  const { outcomes, alerts } = tables;
  const find = (id: string, gateway?: string): Outcome => {
    const isMeant = (each: { gateway: string }) => gateway === undefined || each.gateway === gateway;
    if (outcomes.named(id).length === 0)
      for (const alert of alerts.all()) if (alert.alertId === id) outcomes.note(alert);
    const found = outcomes.named(id).filter(isMeant);
    const [outcome, ...others] = found;
    if (!outcome) throw unknown(id, alerts.all());
    if (others.length > 0) throw ambiguous(id, found);
    return outcome;
  };
  return {
    say: (id, said, gateway) =>
      transaction(() => {
        const outcome = find(id, gateway);
        checkVerdict(outcome, said);
        return outcomes.say(outcome, said, nowMs());
      }),
    addFailure: (machine, failedMs, said) =>
      transaction(() => {
        const known = outcomes.failureAt(machine, failedMs);
        if (known) {
          checkVerdict(known, said);
          return outcomes.say(known, said, nowMs());
        }
        const near = outcomes
          .ofMachine(machine)
          .find((each) => each.kind === 'failure' && isNear(each, failedMs));
        if (near) throw isKnown(near as FailureOutcome);
        const failure = outcomes.failure(machine, { failedMs });
        checkVerdict(failure, said);
        return outcomes.say(failure, said, nowMs());
      }),
  };
}

function isNear({ failedAt }: FailureOutcome, atMs: number): boolean {
  return Math.abs(Date.parse(failedAt) - atMs) < sameFailureMs;
}

/** @throws HarbingerError OUTCOME_REFUSED */
function checkVerdict({ kind, id }: Outcome, { verdict }: OutcomeSaid): void {
  if (kind === 'warning' && verdict === 'missed')
    throw refused(
      `alert '${id}' was raised, so it was not missed; a failure that nobody was warned of is added with \`harbinger outcomes add\``,
    );
  if (kind === 'failure' && verdict === 'false-alarm')
    throw refused(
      `'${id}' is a failure and no alarm: say \`planned\` if it was a planned stop, or \`unknown\` if nothing failed`,
    );
}

function isKnown({ id, failedAt }: FailureOutcome): HarbingerError {
  return refused(
    `a failure of that machine at ${failedAt} is known; say what it was with \`harbinger outcomes set ${id} …\``,
  );
}

function unknown(id: string, alerts: readonly Alert[]): HarbingerError {
  if (alerts.some((alert) => alert.alertId === id && 'condition' in alert))
    return refused(
      `alert '${id}' is about Harbinger itself; only warnings of machines turn out to be something`,
    );
  return new HarbingerError(
    'OUTCOME_UNKNOWN',
    'api',
    `no warning or failure '${id}' is known; see \`harbinger outcomes list\` and \`harbinger alerts list --all\``,
  );
}

function ambiguous(id: string, found: readonly Outcome[]): HarbingerError {
  const gateways = found.map(({ gateway }) => gateway).join(', ');
  return new HarbingerError(
    'OUTCOME_UNKNOWN',
    'api',
    `'${id}' is known of several gateways (${gateways}): name one of them`,
  );
}

function refused(message: string): HarbingerError {
  return new HarbingerError('OUTCOME_REFUSED', 'api', message);
}
