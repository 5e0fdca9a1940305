/** `harbinger alerts`: the alerts of a cloud, and closing one by hand. */
import { userInfo } from 'node:os';
import { Argument, type Command } from 'commander';
import type { Alert } from '../../../cloud/ports/alerts.ts';
import { type OutcomeEntry, verdicts } from '../../../cloud/ports/outcomes/outcomes.ts';
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { actionOf, isEstimated, whatOf } from '../../../shared/contract/alerts/alert-kinds.ts';
import { type Muted, mutedText } from '../../../shared/contract/alerts/muted.ts';
import type { Prediction, RemainingLife } from '../../../shared/contract/events.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { outcomeText } from '../../../shared/words/outcomes.ts';
import { durationText, localTimeText, localZone, withLocalTimes } from '../../../shared/words/times.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, wholeNumber, withReach } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { setOutcome, withSaid } from './outcomes/say.ts';

export function addAlerts(program: Command): void {
  const group = program
    .command('alerts')
    .description('alerts of the cloud: list, show, close, and what they turned out to be: outcome')
    .addHelpText(
      'after',
      `
Examples:
  harbinger alerts list
  harbinger alerts show 01JDZ…
  harbinger alerts close 01JDZ…  --reason "bearing greased, watched by hand"
  harbinger alerts outcome 01JDZ… confirmed --cause "worn coupling"

A closed alert ends at its gateway too, also later if that cannot be reached now. It does not open again as
long as its cause lasts and does not get worse. When the cause becomes critical, has ended and begins anew, or
another sensor or cause joins it, another one opens.
`,
    );

  withReach(group.command('list', { isDefault: true }), 'cloud')
    .description('list the open ones, critical before warning')
    .option('--all', 'resolved ones too')
    .option('--limit <n>', 'number of alerts', wholeNumber, 200)
    .action(async (options: ReachOptions & { limit: number; all?: boolean }) => {
      const path = `/api/alerts?limit=${options.limit}${options.all ? '' : '&state=open'}`;
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as {
        alerts: ShownAlert[];
      };
      if (options.json) return printJson(answer);
      const nowMs = systemClock.nowMs();
      const rows = answer.alerts.map((alert) => rowOf(alert, nowMs));
      printList([['state', 'what', 'where', `since (${localZone()})`, 'as of', 'why', 'id'], ...rows]);
    });

  withReach(group.command('show'), 'cloud')
    .description('show one as it is now, and how it opened and changed')
    .argument('<id>', 'its id, as `harbinger alerts list` shows it')
    .action(async (alertId: string, options: ReachOptions) => {
      const path = `/api/alerts?alertId=${encodeURIComponent(alertId)}`;
      const answer = (await request(findEndpoint('cloud', options), 'GET', path)) as { alerts: ShownAlert[] };
      const found = answer.alerts;
      if (found.length === 0)
        throw new HarbingerError(
          'USAGE',
          'cli',
          `the cloud has no alert '${printable(alertId, 128)}'; see \`harbinger alerts list --all\``,
        );
      if (options.json) return printJson(answer);
      for (const alert of found) process.stdout.write(shownText(alert, systemClock.nowMs()));
    });

  withReach(group.command('close'), 'cloud')
    .description('close an open alert; who was told of it is told that, and why')
    .argument('<id>', 'its id, as `harbinger alerts list` shows it')
    .requiredOption('--reason <text>', 'why, for those who were told of it')
    .option('--by <name>', 'who closes it (default: the user of this shell)')
    .option(
      '--gateway <name>',
      "the gateway that reported it, where several have one of this id ('': the cloud itself)",
    )
    .action(async (alertId: string, options: CloseOptions) => {
      const { reason, by = userInfo().username, gateway } = options;
      const body = { alertId, reason, by, ...(gateway !== undefined && { gateway }) };
      const answer = (await request(findEndpoint('cloud', options), 'POST', '/api/alerts/close', body)) as {
        alert: Alert;
      };
      if (options.json) return printJson(answer);
      const { what, where } = alertSaid(answer.alert);
      process.stdout.write(`closed: ${printable(what, 64)} on ${printable(where, 130)}\n`);
    });

  withSaid(withReach(group.command('outcome'), 'cloud'))
    .description('say what one turned out to be, as `harbinger outcomes set` does')
    .argument('<id>', 'its id, as `harbinger alerts list` shows it')
    .addArgument(new Argument('<verdict>').choices(verdicts.filter((each) => each !== 'missed')))
    .option('--gateway <name>', 'the gateway, where several have one of this id')
    .addHelpText('after', '\nExample:\n  harbinger alerts outcome 01JDZ… confirmed --cause "worn coupling"\n')
    .action(setOutcome);
}

type CloseOptions = ReachOptions & { reason: string; by?: string; gateway?: string };

/** An alert as the API answers: an open one as it is now. */
type ShownAlert = Alert & {
  unknown?: { sinceMs: number | null; reason: string } | null;
  outcome?: OutcomeEntry;
};

function shownText(alert: ShownAlert, nowMs: number): string {
  const { what, kind, where, severity, reasons } = alertSaid(alert);
  const line = (name: string, text: string) => `${`${name}:`.padEnd(17)}${printable(text, 500)}\n`;
  const life = 'prediction' in alert ? alert.prediction.remainingLife : null;
  const muted = mutedBy(alert);
  const history = (alert.history ?? []).map(({ change, at, severity: was, reasons: why, remainingLife }) => {
    const left = remainingLife ? [lifeText(remainingLife)] : [];
    const atMs = Date.parse(at);
    const text = withLocalTimes(`${change} (${was}): ${[...left, ...why].join(' · ')}`, atMs);
    return `  ${localTimeText(atMs)}  ${printable(text, 1_000)}\n`;
  });
  return [
    line('State', alert.state === 'open' ? severity : alert.state),
    line('What', whatOf(what, kind)),
    line('Where', where),
    line('Times', localZone()),
    line('Since', localTimeText(Date.parse(sinceOf(alert)))),
    ...(alert.state === 'open' ? [line('As of', asOfText(alert, nowMs))] : []),
    ...(life ? [line('Remaining life', lifeText(life))] : []),
    ...(alert.state === 'open' && 'prediction' in alert
      ? [line('What to do', actionOf(alert.prediction)), line('How sure', sureText(alert.prediction))]
      : []),
    ...(alert.outcome ? [line('Outcome', outcomeText(alert.outcome))] : []),
    ...(muted ? [line('Nobody is told', withLocalTimes(mutedText(muted), nowMs))] : []),
    ...(reasons.length > 0 ? ['Why:\n', ...reasonLines(alert, reasons)] : []),
    ...(history.length > 0 ? ['What was told:\n', ...history] : []),
  ].join('');
}

/** The word of the person who has muted its machine; null if nobody has. */
function mutedBy(alert: ShownAlert): Muted | null {
  return ('prediction' in alert && alert.state === 'open' && alert.prediction.muted) || null;
}

/** Gateway and cloud may be in other zones than this computer. */
function reasonLines({ updatedAt, asOf = updatedAt }: ShownAlert, reasons: readonly string[]): string[] {
  return reasons.map((reason) => `  - ${printable(withLocalTimes(reason, Date.parse(asOf)), 500)}\n`);
}

/** Since when it has been so, as its gateway says; else when it was opened. */
function sinceOf(alert: Alert): string {
  if ('condition' in alert) return alert.condition.since;
  return alert.prediction.since ?? alert.openedAt;
}

function asOfText(alert: ShownAlert, nowMs: number): string {
  const { unknown, asOf = alert.updatedAt } = alert;
  const age = `${durationText(nowMs - Date.parse(asOf))} ago`;
  if (!unknown) return 'condition' in alert ? '' : age;
  const { sinceMs } = unknown;
  return sinceMs === null ? 'unknown' : `unknown for ${durationText(nowMs - sinceMs)}`;
}

function sureText(prediction: Prediction): string {
  return isEstimated(prediction)
    ? `${Math.round(prediction.confidence * 100)} %`
    : 'it is measured, not estimated';
}

function lifeText({ p10, p50, p90, unit }: RemainingLife): string {
  const [low, middle, high] = [p10, p50, p90].map((value) => Number(value.toPrecision(3)));
  return `about ${middle} ${unit} (${low} to ${high})`;
}

function rowOf(alert: ShownAlert, nowMs: number): string[] {
  const { what, kind, where, severity, reasons, alertId } = alertSaid(alert);
  return [
    alert.state === 'open' ? `${severity}${mutedBy(alert) ? ', muted' : ''}` : alert.state,
    printable(whatOf(what, kind), 64),
    printable(where, 130),
    localTimeText(Date.parse(sinceOf(alert))),
    alert.state === 'open' ? asOfText(alert, nowMs) : '',
    printable(withLocalTimes(reasons[0] ?? '', Date.parse(alert.asOf ?? alert.updatedAt)), 120),
    printable(alertId, 128),
  ];
}
