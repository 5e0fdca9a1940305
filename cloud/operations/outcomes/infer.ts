import type {
  FailureOutcome,
  Outcome,
  OutcomeEntry,
  Verdict,
  WarningOutcome,
} from '../../ports/outcomes/outcomes.ts';
import { isWarningOf } from './judged-with.ts';

const hourMs = 3_600_000;
/** A warning that ended by itself so long before a failure has announced it: what comes and goes before it fails. */
const endedBeforeMsMax = 24 * hourMs;
/** One that a person has closed is not raised again as long as its cause lasts. */
const closedBeforeMsMax = 30 * 24 * hourMs;
/** Gateways end alerts at the time of the failure itself. */
const sameMomentMs = 1_000;
/** How many entries are kept of one. */
const entriesMax = 20;

/**
 * Says what follows, for one machine, from its warnings and failures: a failure with a warning open, or shortly before, confirms the
 * warning; one without was missed. It depends on what was reported, not on the order in which that arrived. What a person has
 * said stands. Pure: returns those that change.
 */
export function inferred(outcomes: readonly Outcome[], at: string): Outcome[] {
  const failures = outcomes.filter((each) => each.kind === 'failure');
  const warnings = outcomes.filter((each) => each.kind === 'warning');
  const real = failures.filter(isReal).sort((a, b) => Date.parse(a.failedAt) - Date.parse(b.failedAt));
  const failureOf = new Map<WarningOutcome, FailureOutcome>();
  for (const warning of warnings) {
    const failure = isTrue(warning) ? real.find((each) => announces(warning, each)) : undefined;
    if (failure) failureOf.set(warning, failure);
  }
  const judgedWarnings = warnings.map((warning) => {
    const { failedAt: _, ...rest } = warning;
    const failure = failureOf.get(warning);
    if (!failure) return [warning, concluded(rest, 'unknown', '', at)] as const;
    const { failedAt } = failure;
    const note = `the machine was reported as failed at ${failedAt}`;
    return [warning, concluded({ ...rest, failedAt }, 'confirmed', note, at)] as const;
  });
  const judgedFailures = failures.map((failure) => {
    const ids = warnings.filter((each) => failureOf.get(each) === failure).map(({ id }) => id);
    const now = { ...failure, warnings: ids };
    return ids.length > 0
      ? ([
          failure,
          concluded(now, 'confirmed', 'a warning was open, or had been shortly before', at),
        ] as const)
      : ([
          failure,
          concluded(now, 'missed', 'no warning was open, nor had been shortly before', at),
        ] as const);
  });
  return [...judgedWarnings, ...judgedFailures].flatMap(([before, now]) =>
    isSame(before, now) ? [] : [now],
  );
}

/** The latest statement of a person; null if nobody has said anything. */
export function personsWord({ history }: Pick<Outcome, 'history'>): OutcomeEntry | null {
  return history.findLast(({ isInferred }) => !isInferred) ?? null;
}

/** The outcome with one thing more that was stated of it. */
export function withEntry<T extends Outcome>(outcome: T, entry: OutcomeEntry): T {
  const [first, ...later] = [...outcome.history, entry];
  const history = [first!, ...later.slice(-(entriesMax - 1))];
  const { verdict, isInferred } = entry;
  return { ...outcome, verdict, isInferred, history };
}

/** Says that no person has called it anything else. */
function isTrue(warning: WarningOutcome): boolean {
  if (!isWarningOf(warning.raisedBy)) return false;
  return (personsWord(warning)?.verdict ?? 'confirmed') === 'confirmed';
}

function isReal(failure: FailureOutcome): boolean {
  const verdict = personsWord(failure)?.verdict;
  return verdict !== 'planned' && verdict !== 'unknown';
}

function announces(warning: WarningOutcome, failure: FailureOutcome): boolean {
  const { openedAt, endedAt, ending } = warning;
  const failedMs = Date.parse(failure.failedAt);
  const [openedMs, endedMs] = [Date.parse(openedAt), endedAt === null ? Infinity : Date.parse(endedAt)];
  // The clock of a device may be ahead of the one that says when it failed.
  if (ending === 'failed' && Math.abs(endedMs - failedMs) <= sameMomentMs) return true;
  if (openedMs > failedMs || openedMs < (failure.usedSinceMs ?? -Infinity)) return false;
  if (endedMs >= failedMs) return true;
  if (ending === 'replaced' || ending === 'retired' || ending === 'failed') return false;
  return failedMs - endedMs <= (ending === 'closed' ? closedBeforeMsMax : endedBeforeMsMax);
}

function concluded<T extends Outcome>(outcome: T, verdict: Verdict, note: string, at: string): T {
  if (personsWord(outcome) || outcome.verdict === verdict) return outcome;
  return withEntry(outcome, { verdict, at, isInferred: true, by: '', cause: '', note });
}

function isSame(a: Outcome, b: Outcome): boolean {
  if (a.history !== b.history) return false;
  if (a.kind === 'warning' && b.kind === 'warning') return a.failedAt === b.failedAt;
  if (a.kind !== 'failure' || b.kind !== 'failure') return false;
  return a.warnings.length === b.warnings.length && a.warnings.every((id, i) => id === b.warnings[i]);
}
